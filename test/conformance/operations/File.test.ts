/**
 * Every claim about the operations `File_*`, over raw HTTP.
 */
import { declareClaims } from "./ClaimTests.ts"

declareClaims("File_")
