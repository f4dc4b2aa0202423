/**
 * Every claim about the operations `Job_*`, over raw HTTP.
 */
import { declareClaims } from "./ClaimTests.ts"

declareClaims("Job_")
