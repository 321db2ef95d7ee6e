export { AnchorTeacher, type AnchorTeacherOptions } from './anchor-teacher.ts';
export { CachedTeacher, type CachedTeacherOptions, type TeacherFacts } from './cache/cached-teacher.ts';
export type { OutputsType } from './cache/epoch-outputs.ts';
export { OutputCache, type OutputCacheOptions, type StoredOutputs } from './cache/output-cache.ts';
export { type ForeignFile, readForeign } from './import-file.ts';
export { type Checkpoint, type FolderOptions, openFolder } from './import-folder.ts';
export { type NameMap } from './import-names.ts';
export { IMPORTED, type ImportedRoute, type ImportOptions, importRoute } from './import-route.ts';
export { orderStates, savedState, type SavedState } from './import-steps.ts';
export { type AnyRoute, findAnchor, loadAnchor } from './load-anchor.ts';
export {
  anchorFile,
  readManifest,
  type RouteDescription,
  type StoredAnchor,
  type StoredManifest,
} from './manifest.ts';
export { openRoute, type OpenedRoute, viewOf } from './open-route.ts';
export { adoptRoute, checkUnpacked, isPackedPath, packRoute, type PackedFile } from './pack.ts';
export { type AnchorFacts, RouteWriter } from './route-writer.ts';
export { type BrokenRoute, exportRoute, listRoutes, type RouteSummary, verifyRoute } from './routes.ts';
export { readSafetensors, type Safetensors, writeSafetensors } from './safetensors.ts';
export { openSealed, seal, type Sealed } from './sealed.ts';
export { TeacherGuard } from './teacher-guard.ts';
