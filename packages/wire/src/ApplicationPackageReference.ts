/**
 * An application package installed on the node before a task starts.
 */
import * as Schema from "effect/Schema"

/** A package by application and version. @source ApplicationPackageReference 2024-02-01.19.0 */
export const ApplicationPackageReference = Schema.Struct({
  applicationId: Schema.String,
  /** The application's default version when absent. */
  version: Schema.optionalKey(Schema.String)
})

/** A package by application and version. */
export interface ApplicationPackageReference
  extends Schema.Schema.Type<typeof ApplicationPackageReference>
{}
