import { ContainerModule, type ServiceIdentifier } from 'inversify';
import type { z } from 'zod';
import { PluginError } from '../errors.ts';
import type { PluginData } from './data.ts';
import { tokenOf, type PluginKind, type PluginKinds } from './kinds.ts';

/**
 * Version of the contracts between plugins and Cairn. It goes up when a plugin that was written for the version before
 * would no longer work.
 */
export const contractVersion = 1;

/** What the author of a plugin writes. */
export interface PluginSpec<K extends PluginKind, S extends z.ZodType, Services extends readonly unknown[]> {
  readonly kind: K;
  /** `^[a-z][a-z0-9-]*$`, unique within its kind. */
  readonly id: string;
  /** One line for `cairn plugins`. */
  readonly summary: string;
  /** Where the method comes from: paper and section, or "ours". */
  readonly paper?: string;
  readonly options: S;
  /** Tokens of the services that `create` receives after the options. */
  readonly inject?: { readonly [I in keyof Services]: ServiceIdentifier<Services[I]> };
  readonly create: (options: z.output<S>, ...services: Services) => PluginKinds[K];
}

/** What the container holds for a plugin. */
export interface PluginFactory<K extends PluginKind = PluginKind> {
  readonly kind: K;
  readonly id: string;
  readonly summary: string;
  readonly paper?: string;
  readonly schema: z.ZodType;
  /** @param options already validated against `schema` */
  create(options: unknown): PluginKinds[K];
}

type Arguments<S extends z.ZodType> =
  Record<never, never> extends z.input<S> ? [options?: z.input<S>] : [options: z.input<S>];

/** A plugin: calling it gives plain data for a study; `module` binds it into a container. */
export interface Plugin<K extends PluginKind = PluginKind, S extends z.ZodType = z.ZodType> {
  (...args: Arguments<S>): PluginData<K>;
  readonly kind: K;
  readonly id: string;
  readonly module: ContainerModule;
  /** `contractVersion` of the core that it was defined with. */
  readonly contract: number;
}

/**
 * Defines a plugin.
 * @throws CAIRN_PLUGIN_ID for an id that is not lower-case words joined by hyphens
 */
export function definePlugin<
  K extends PluginKind,
  S extends z.ZodType,
  const Services extends readonly unknown[] = [],
>(spec: PluginSpec<K, S, Services>): Plugin<K, S> {
  if (!/^[a-z][a-z0-9-]*$/.test(spec.id)) {
    throw new PluginError('CAIRN_PLUGIN_ID', `${spec.kind} id: got "${spec.id}"`, {
      fix: 'lower-case letters, digits and hyphens, starting with a letter',
    });
  }
  const choose = (...args: Arguments<S>): PluginData<K> => ({
    kind: spec.kind,
    id: spec.id,
    options: args[0] ?? {},
  });
  const { kind, id } = spec;
  return Object.assign(choose, { kind, id, module: bindingOf(spec), contract: contractVersion });
}

function bindingOf<K extends PluginKind, S extends z.ZodType, Services extends readonly unknown[]>(
  spec: PluginSpec<K, S, Services>,
): ContainerModule {
  const { kind, id, summary, paper, options: schema, inject = [] } = spec;
  return new ContainerModule(({ bind }) => {
    bind<PluginFactory<K>>(tokenOf(kind)).toDynamicValue((context) => ({
      kind,
      id,
      summary,
      ...(paper === undefined ? {} : { paper }),
      schema,
      // Services are looked up when an instance is made, so a plugin may ask for the registry that holds it.
      create: (options) =>
        spec.create(
          options as z.output<S>,
          ...(inject.map((token) => context.get(token)) as unknown as Services),
        ),
    }));
  });
}
