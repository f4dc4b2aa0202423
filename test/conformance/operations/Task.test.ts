/**
 * Every claim about the operations `Task_*`, over raw HTTP.
 */
import { declareClaims } from "./ClaimTests.ts"

declareClaims("Task_")
