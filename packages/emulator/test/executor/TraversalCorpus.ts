/** Paths that try to leave their directory: each form once, at several depths and positions. */

const stems = ["", "a/", "a/b/", "./"]

const urlClimbs = [
  "..",
  "%2e%2e",
  "%2E%2E",
  ".%2e",
  "%2e.",
  "..%2f",
  "..%5c",
  "%2e%2e%2f",
  "%2e%2e%5c",
  "..\\",
  "a%00b",
  "%00",
  "%2fetc",
  "a%2fb",
  "a%5cb",
  "%c0%ae%c0%ae",
  "%c0%af",
  "%e0%80%ae",
  "%f0%80%80%ae",
  "%fe%fe",
  "%",
  "%2",
  "%zz",
  "%u002e",
  "\0",
  "..?x",
  "..#x"
]

const relativeClimbs = [
  "..",
  "../..",
  "a/..",
  "a/../..",
  "..\\",
  "\\",
  "a\\b",
  "\0",
  "a\0b",
  "..//.."
]

/** Below `file:///directory/`; every one has to be refused before the disk is asked. */
export const hostileUrlPaths: ReadonlyArray<string> = urlClimbs.flatMap((climb) =>
  stems.flatMap((stem) => [stem + climb, `${stem}${climb}/secret.txt`])
)

/** As `filePath` or destination `path`; every one has to be refused. */
export const hostileRelativePaths: ReadonlyArray<string> = [
  ...relativeClimbs.flatMap((climb) =>
    stems.flatMap((stem) => [stem + climb, `${stem}${climb}/x`])
  ),
  "",
  ".",
  "./",
  "/",
  "//",
  "/etc/passwd",
  "//etc/passwd",
  "C:",
  "C:/x",
  "c:x",
  "\\\\host\\share"
]
