/** What a route's manifest says of where it was imported from. */
import { isPluginData, isRecord, type DatasetSpec, type Manifest, type PluginData } from '@cairn/core';

export interface ImportedFacts {
  /** The data as the teacher saw it. */
  readonly data: Pick<DatasetSpec, 'id' | 'classes' | 'input'>;
  /** The study that gave model and data. */
  readonly study: string | undefined;
  /** That study's data set, with the options of the import. */
  readonly dataset: PluginData<'dataset'> | undefined;
}

/** Undefined where the route was recorded by a study. */
export function importedFacts({ config }: Pick<Manifest, 'config'>): ImportedFacts | undefined {
  const facts = config['imported'];
  if (!isRecord(facts) || !isRecord(facts['data'])) return undefined;
  const { data, study, dataset } = facts;
  return {
    data: data as unknown as ImportedFacts['data'],
    study: typeof study === 'string' ? study : undefined,
    dataset:
      isPluginData(dataset) && dataset.kind === 'dataset' ? (dataset as PluginData<'dataset'>) : undefined,
  };
}

/** The teacher's model. */
export function modelOf({ config }: Pick<Manifest, 'config'>): PluginData<'model'> | undefined {
  const { model } = config;
  return isPluginData(model) && model.kind === 'model' ? (model as PluginData<'model'>) : undefined;
}
