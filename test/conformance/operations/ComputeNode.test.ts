/**
 * Every claim about the operations `ComputeNode_*`, over raw HTTP.
 */
import { declareClaims } from "./ClaimTests.ts"

declareClaims("ComputeNode_")
