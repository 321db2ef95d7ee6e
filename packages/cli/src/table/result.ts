/** What `--json` writes. */
export type {
  ConditionResult,
  DecisionResult,
  Metrics,
  RunResult,
  StageResult,
  StudyResult,
  TeacherResult,
} from '@cairn/report';
