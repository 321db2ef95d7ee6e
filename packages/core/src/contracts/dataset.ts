/** What a sample is, without the batch dimension. Text and its kin join this union when they come. */
export interface ImageInput {
  readonly kind: 'image';
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Per channel, of values scaled to [0, 1]: the network sees (value/255 − mean) / std. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}
export type InputSpec = ImageInput;

/** What a network is built for. */
export interface Task {
  readonly input: InputSpec;
  readonly classes: number;
}

export interface DatasetSpec extends Task {
  readonly id: string;
  readonly classNames?: readonly string[];
  /** Superclass of each class, where the data set has them. */
  readonly superclasses?: readonly number[];
}

/** Raw samples: bytes in NHWC order, `rows.length × height × width × channels`. */
export interface RawBatch {
  readonly kind: 'image';
  readonly bytes: Uint8Array;
}

/** A fixed, indexed part of a data set. */
export interface Split {
  readonly size: number;
  /** Class of each row, 0-based. */
  readonly labels: Int32Array;
  /** Reads rows in the order given. */
  read(rows: Int32Array): Promise<RawBatch>;
}

export interface Splits {
  readonly spec: DatasetSpec;
  /** Hex SHA-256 over everything that a run may read: it names the data in manifests and cache keys. */
  readonly digest: string;
  readonly train: Split;
  readonly test: Split;
}

/** One file that a data set is made of. */
export interface DataFile {
  readonly name: string;
  readonly bytes: number;
  readonly md5: string;
}

/** Where a data set's files come from: looked for in a folder, else unpacked from an archive. */
export interface DataSource {
  /** The data set's id, as `cairn data fetch <id>` takes it. */
  readonly id: string;
  /** Folder below `CAIRN_DATA` or `.cairn/data`, and inside the archive. */
  readonly folder: string;
  readonly files: readonly DataFile[];
  readonly archive: DataFile & { readonly url: string };
}

/** What the host lends a data set while it opens. */
export interface DatasetContext {
  /**
   * The source's files, checked against their sizes and checksums, by name.
   * @throws CAIRN_DATA_MISSING, CAIRN_DATA_CHECKSUM, CAIRN_DATA_SIZE
   */
  files(source: DataSource): Promise<ReadonlyMap<string, Uint8Array>>;
}

export interface Dataset {
  readonly spec: DatasetSpec;
  /** Absent where the data set is made, not read. */
  readonly source?: DataSource;
  open(context: DatasetContext): Promise<Splits>;
}
