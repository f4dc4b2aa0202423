/**
 * Every claim about the operations `Pool_*`, over raw HTTP.
 */
import { declareClaims } from "./ClaimTests.ts"

declareClaims("Pool_")
