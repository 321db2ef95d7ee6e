/** Flags of a command as data: what the parser accepts, what help shows, and the types that a command receives. */

/** Where `--json` writes: standard output without a file. The file is as typed, not yet resolved. */
export interface JsonTarget {
  readonly file: string | undefined;
}

/** What a flag's value becomes. */
interface FlagTypes {
  /** `--plan`: false where it is absent. */
  readonly boolean: boolean;
  readonly text: string;
  /** Text that may be given several times; in their order. */
  readonly texts: readonly string[];
  /** A whole number, at least `min`. */
  readonly count: number;
  /** A number above 0. */
  readonly amount: number;
  /** `500MB`, `4GB`, `0`: bytes. */
  readonly size: number;
  /** `0,1,2`: whole numbers from 0. */
  readonly counts: readonly number[];
  /** `kd,rco-greedy` */
  readonly names: readonly string[];
  /** `--power`, `--power=0.5`: a number above 0, or none. */
  readonly wish: { readonly amount: number | undefined };
  /** `--json`, `--json=FILE`, `--json FILE.json` */
  readonly output: JsonTarget;
}

export interface FlagSpec {
  readonly type: keyof FlagTypes;
  /** One line for help. */
  readonly summary: string;
  /** The value's name in help. */
  readonly value?: string;
  /** Least value of a count. @default 1 */
  readonly min?: number;
}

/** By name in camelCase; written in kebab-case on the command line. */
export type FlagSpecs = Readonly<Record<string, FlagSpec>>;

export type FlagValues<F extends FlagSpecs> = {
  readonly [K in keyof F]: F[K]['type'] extends 'boolean' ? boolean : FlagTypes[F[K]['type']] | undefined;
};

export interface ArgumentSpec {
  readonly name: string;
  readonly summary: string;
  readonly optional?: boolean;
  /** Takes all that follow; only the last argument may. */
  readonly many?: boolean;
  /** What it may be; `studies` are those that the program knows. */
  readonly choices?: readonly string[] | 'studies';
}

/** A command as help and parser see it. */
export interface CommandSpec<F extends FlagSpecs = FlagSpecs> {
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  /** Further paragraphs of its help. */
  readonly details?: readonly string[];
  readonly arguments: readonly ArgumentSpec[];
  readonly flags: F;
  /** Whether options by their path are taken: `--student.model.depth=20`. @default false */
  readonly overrides?: boolean;
  /** Not shown in the overview. @default false */
  readonly hidden?: boolean;
  readonly examples: readonly (readonly [command: string, what: string])[];
}

/** Flags that every command has. */
export const globalFlags = {
  plugin: { type: 'texts', value: 'NAME', summary: 'more plugins: a package or ./path (repeatable)' },
  debug: { type: 'boolean', summary: 'show the stack of an error' },
  help: { type: 'boolean', summary: 'show this help' },
} as const satisfies FlagSpecs;
