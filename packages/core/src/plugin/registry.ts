import { Container, type ContainerModule, type ServiceIdentifier } from 'inversify';
import type { z } from 'zod';
import { CairnError, PluginError, throwAll, UsageError } from '../errors.ts';
import { isRecord, type Json, type JsonObject } from '../json.ts';
import { suggestion } from '../nearest.ts';
import { isPluginData, type PluginData } from './data.ts';
import type { PluginFactory } from './define.ts';
import { pluginKinds, tokenOf, type PluginKind, type PluginKinds } from './kinds.ts';
import { optionErrors, optionPath } from './option-errors.ts';

/** Turns plugin data into instances. A service: plugins that hold other plugins inject it. */
export interface Plugins {
  /** @throws CAIRN_PLUGIN_UNKNOWN, CAIRN_OPTION_INVALID */
  create<K extends PluginKind>(data: PluginData<K>): PluginKinds[K];
}
export const Plugins: ServiceIdentifier<Plugins> = Symbol.for('cairn.Plugins');

/** Every plugin of a container, by kind and id. */
export class Registry implements Plugins {
  readonly #factories = new Map<string, PluginFactory>();

  /** @throws CAIRN_PLUGIN_DUPLICATE when two plugins of a kind share an id */
  constructor(factories: Iterable<PluginFactory>) {
    for (const factory of factories) {
      const key = `${factory.kind}/${factory.id}`;
      if (this.#factories.has(key)) {
        throw new PluginError(
          'CAIRN_PLUGIN_DUPLICATE',
          `${factory.kind} "${factory.id}" is registered twice`,
          {
            fix: 'remove one of the two lines from the catalogue, or give one plugin another id',
          },
        );
      }
      this.#factories.set(key, factory);
    }
  }

  /** What is registered, of one kind or of all, sorted by kind and id. */
  list(kind?: PluginKind): readonly PluginFactory[] {
    return [...this.#factories.values()]
      .filter((f) => kind === undefined || f.kind === kind)
      .sort((a, b) => (a.kind + a.id < b.kind + b.id ? -1 : 1));
  }

  /**
   * Checks plugin data, whatever it nests included, and fills in defaults.
   * @param path where the data stands in the study, for messages
   * @throws CAIRN_PLUGIN_UNKNOWN, CAIRN_OPTION_INVALID; several mistakes together
   */
  resolve<K extends PluginKind>(data: PluginData<K>, path: string = data.kind): PluginData<K> {
    const errors: CairnError[] = [];
    const resolved = this.#resolve(data, path, errors);
    throwAll(errors);
    return resolved as PluginData<K>;
  }

  /** The schema of a plugin's options. Undefined for one that is not registered. */
  schemaOf({ kind, id }: PluginData): z.ZodType | undefined {
    return this.#factories.get(`${kind}/${id}`)?.schema;
  }

  create<K extends PluginKind>(data: PluginData<K>): PluginKinds[K] {
    const { id, options } = this.resolve(data);
    return this.#find(data.kind, id, data.kind).create(options) as PluginKinds[K];
  }

  #find(kind: PluginKind, id: string, path: string): PluginFactory {
    const factory = this.#factories.get(`${kind}/${id}`);
    if (factory !== undefined) return factory;
    const ids = this.list(kind).map((f) => f.id);
    throw new UsageError('CAIRN_PLUGIN_UNKNOWN', `${path}: no ${kind} "${id}"`, { fix: suggestion(id, ids) });
  }

  #resolve(data: PluginData, path: string, errors: CairnError[]): PluginData {
    try {
      const factory = this.#find(data.kind, data.id, path);
      const parsed = factory.schema.safeParse(data.options);
      if (!parsed.success) {
        errors.push(...optionErrors(parsed.error, factory.schema, data.options, path));
        return data;
      }
      return { ...data, options: this.#nested(parsed.data, path, errors) as JsonObject };
    } catch (error) {
      if (!(error instanceof CairnError)) throw error;
      errors.push(error);
      return data;
    }
  }

  #nested(value: unknown, path: string, errors: CairnError[]): Json {
    if (isPluginData(value)) return this.#resolve(value, path, errors) as unknown as Json;
    if (Array.isArray(value)) return value.map((v, i) => this.#nested(v, `${path}.${i}`, errors));
    if (!isRecord(value)) return value as Json;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, v]) => v !== undefined)
        .map(([k, v]) => [k, this.#nested(v, `${path}.${optionPath([k])}`, errors)]),
    );
  }
}

/** A container with a registry of the given plugins; `services` binds what plugins may inject besides. */
export function createRegistry(plugins: Iterable<{ readonly module: ContainerModule }>): Registry {
  const container = new Container({ defaultScope: 'Singleton' });
  for (const plugin of plugins) container.load(plugin.module);
  const registry = new Registry(
    pluginKinds.flatMap((kind) => container.getAll<PluginFactory>(tokenOf(kind))),
  );
  container.bind(Plugins).toConstantValue(registry);
  return registry;
}
