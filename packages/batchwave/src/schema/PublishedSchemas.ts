/**
 * The JSON Schemas of what the command prints for programs: the files below `docs/schemas`, and what
 * `batchwave schema` prints.
 */
import * as CacheSchema from "./CacheSchema.ts"
import * as ComparisonSchema from "./ComparisonSchema.ts"
import * as DiagnosisSchema from "./DiagnosisSchema.ts"
import * as EmulatorSchema from "./EmulatorSchema.ts"
import * as EventLineSchema from "./EventLineSchema.ts"
import * as ExplanationSchema from "./ExplanationSchema.ts"
import * as JobListSchema from "./JobListSchema.ts"
import * as LabAnalysisSchema from "./LabAnalysisSchema.ts"
import * as LabGridSchema from "./LabGridSchema.ts"
import * as LabSearchSchema from "./LabSearchSchema.ts"
import * as LabSensitivitySchema from "./LabSensitivitySchema.ts"
import * as PlanSchema from "./PlanSchema.ts"
import * as RerunSchema from "./RerunSchema.ts"
import * as RunDocumentSchema from "./RunDocumentSchema.ts"
import * as RunListSchema from "./RunListSchema.ts"
import * as RunReportSchema from "./RunReportSchema.ts"
import { type SchemaName, schemaNames } from "./SchemaNames.ts"
import * as SettingsSchema from "./SettingsSchema.ts"
import * as StatusSchema from "./StatusSchema.ts"
import * as SteeringSchema from "./SteeringSchema.ts"
import * as TaskListSchema from "./TaskListSchema.ts"
import * as WorkflowDocumentSchema from "./WorkflowDocumentSchema.ts"

const texts: { readonly [name in SchemaName]: () => string } = {
  events: EventLineSchema.jsonSchema,
  run: RunDocumentSchema.jsonSchema,
  status: StatusSchema.jsonSchema,
  report: RunReportSchema.jsonSchema,
  runs: RunListSchema.jsonSchema,
  explain: ExplanationSchema.jsonSchema,
  steer: SteeringSchema.jsonSchema,
  retry: RerunSchema.jsonSchema,
  compare: ComparisonSchema.jsonSchema,
  plan: PlanSchema.jsonSchema,
  "plan-cache": CacheSchema.verdictsJsonSchema,
  workflow: WorkflowDocumentSchema.jsonSchema,
  export: TaskListSchema.jsonSchema,
  lab: LabAnalysisSchema.jsonSchema,
  "lab-grid": LabGridSchema.jsonSchema,
  "lab-search": LabSearchSchema.jsonSchema,
  "lab-sensitivity": LabSensitivitySchema.jsonSchema,
  config: SettingsSchema.jsonSchema,
  doctor: DiagnosisSchema.jsonSchema,
  gc: JobListSchema.jsonSchema,
  "gc-cache": CacheSchema.removedJsonSchema,
  emulate: EmulatorSchema.jsonSchema
}

/**
 * One of them as text.
 *
 * @category rendering
 */
export const textOf = (name: SchemaName): string => texts[name]()

/**
 * All of them, by the name of their file.
 *
 * @category rendering
 */
export const files = (): ReadonlyMap<string, string> =>
  new Map(schemaNames.map((name) => [`${name}.schema.json`, textOf(name)]))
