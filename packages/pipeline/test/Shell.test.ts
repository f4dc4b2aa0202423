import * as Shell from "@batchwave/pipeline/Shell"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { execFileSync, spawnSync } from "node:child_process"

const { sh } = Shell

/** The text of a command of literals only. */
const source = (command: Shell.Command): string =>
  command.pieces.map((piece) => {
    switch (piece._tag) {
      case "Source":
        return piece.text
      case "Word":
        return Shell.quote(piece.text)
      default:
        throw new Error(`not a literal: ${piece._tag}`)
    }
  }).join("")

/** Runs a command with `/bin/sh -c` and answers its standard output split at NUL characters. */
const words = (command: Shell.Command): ReadonlyArray<string> =>
  execFileSync("/bin/sh", ["-c", source(command)], { maxBuffer: 1 << 26 })
    .toString("utf8").split("\0").slice(0, -1)

const nasty = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({
    unit: fc.constantFrom(...Array.from("'\"`$\\(){}[]<>|&;#!~*? \t\n=-%aé€😀"))
  }),
  fc.constantFrom("", "'", "''", "$(touch x)", "`id`", "-n", "--", "\n", "\\", "a'b'c", "~", "*")
).map((text) => text.replaceAll("\0", ""))

describe("Shell", () => {
  it("hands every text to a process exactly as it is", () => {
    fc.assert(
      fc.property(fc.array(nasty, { minLength: 1, maxLength: 100 }), (texts) => {
        assert.deepStrictEqual(words(sh`printf '%s\0' ${texts}`), texts)
      }),
      { numRuns: 40 }
    )
  })

  it("keeps text before and after a value in the same word, nested commands included", () => {
    fc.assert(
      fc.property(fc.array(nasty, { minLength: 1, maxLength: 30 }), (texts) => {
        const parts = texts.map((text) => sh`pre${text}post`)
        const all = parts.reduce((whole, part) => sh`${whole} ${part}`)
        assert.deepStrictEqual(
          words(sh`printf '%s\0' ${all}`),
          texts.map((text) => `pre${text}post`)
        )
      }),
      { numRuns: 25 }
    )
  })

  it("keeps a value one word inside a command substitution, also between double quotes", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        // A command substitution drops trailing newlines, so the text ends in a mark.
        const command = sh`printf '%s\0' "$(printf %s ${`${text}.`})" $(printf x)`
        assert.deepStrictEqual(Shell.problems(command), [])
        assert.deepStrictEqual(words(command), [`${text}.`, "x"])
      }),
      { numRuns: 40 }
    )
  })

  it("takes numbers and booleans as words, an array as several and an empty one as none", () => {
    assert.strictEqual(
      source(sh`run ${1.5} ${true} ${["a b", 2]} ${[]}end`),
      "run '1.5' 'true' 'a b' '2' end"
    )
  })

  it("inserts raw source unquoted", () => {
    assert.strictEqual(source(sh`echo ${sh.raw("$HOME | cat")}`), "echo $HOME | cat")
  })

  it("takes literal text as typed, except the two escapes a template forces", () => {
    assert.strictEqual(
      source(sh`grep '\.csv$' \${HOME}/x | tr '\n' ' ' \`date\``),
      "grep '\\.csv$' ${HOME}/x | tr '\\n' ' ' `date`"
    )
  })

  it("refuses values with NUL characters and half surrogate pairs", () => {
    assert.deepStrictEqual(Shell.problems(sh`echo ${"a\0b"} ${"\ud800"} ${["ok", "\0"]}`), [
      "the value \"a\\u0000b\" has a NUL character or half a surrogate pair",
      "the value \"\\ud800\" has a NUL character or half a surrogate pair",
      "the value \"\\u0000\" has a NUL character or half a surrogate pair"
    ])
  })

  it("refuses a value that is no shell value", () => {
    // @ts-expect-error a record is no shell value
    const command = sh`echo ${{ a: 1 }}`
    assert.deepStrictEqual(Shell.problems(command), [
      "sh takes text, numbers, booleans, references, files and lists of them, "
      + "not a value of type object"
    ])
  })

  const unsafe: ReadonlyArray<readonly [claim: string, command: Shell.Command, expected: RegExp]> =
    [
      ["double quotes", sh`echo "${"x"}"`, /inside double quotes/],
      ["double quotes across a value", sh`echo ${1} "a ${"x"}"`, /inside double quotes/],
      ["single quotes", sh`echo '${"x"}'`, /inside single quotes/],
      ["braces between double quotes", sh`echo "\${A:-${"x"}}"`, /inside double quotes/],
      ["quotes in a substitution", sh`echo $(echo "${"x"}")`, /inside double quotes/],
      ["quotes of a nested command", sh`echo "${sh`${"x"}`}"`, /inside double quotes/],
      ["quotes opened by raw source", sh`echo ${sh.raw("\"")}${"x"}`, /inside double quotes/],
      ["backquotes", sh`echo \`echo ${"x"}\``, /inside backquotes/],
      [
        "backquotes after a number sign between braces",
        sh`: \${A:-a
#\`<<-'E'
${"x"}`,
        /inside backquotes/
      ],
      [
        "backquotes opened after a number sign in others",
        sh`echo \`echo #\`
echo \`${"x"}`,
        /inside backquotes/
      ],
      [
        "quotes after a parenthesis between braces",
        sh`: \${A:-( #"${"x"}}`,
        /inside double quotes/
      ],
      [
        "a comment after two dollar signs",
        sh`: ${sh.raw("$${A:-\n#")}${"x"}`,
        /in a shell comment/
      ],
      ["arithmetic", sh`echo $((1 + ${2}))`, /inside \$\(\(…\)\)/],
      ["nested arithmetic", sh`echo $((1 + (2 * ${2})))`, /inside \$\(\(…\)\)/],
      ["a comment", sh`echo a # it's ${"x"}`, /in a shell comment/],
      ["after a backslash", sh`echo ${sh.raw("\\")}${"x"}`, /after a backslash/],
      ["after a dollar sign", sh`echo $${"x"}`, /after a dollar sign/],
      ["as a here-document's delimiter", sh`cat << ${"x"}`, /as the delimiter/],
      [
        "inside a here-document",
        sh`cat <<EOF
a ${"x"}
EOF
`,
        /in a here-document/
      ],
      [
        "inside the second here-document",
        sh`cat <<A <<'B C'
a
A
b
${"x"}
B C
`,
        /in a here-document/
      ],
      [
        "in a here-document after a number sign that goes on with the word of a substitution",
        sh`: $($()#<<-'E'
${"'\nE\nprintf INJECTED"})`,
        /after "\)#"/
      ],
      [
        "after a number sign and an escaped newline behind a substitution",
        sh`: $()\
#${"x"}`,
        /after "\)#"/
      ],
      [
        "after a word that only opens like the delimiter",
        sh`cat <<EOF
EOF${"x"}
EOF
`,
        /in a here-document/
      ]
    ]
  for (const [claim, command, expected] of unsafe) {
    it(`refuses a value where quoting cannot protect: ${claim}`, () => {
      const problems = Shell.problems(command)
      assert.strictEqual(problems.length, 1)
      assert.match(problems[0] ?? "", expected)
    })
  }

  const safe: ReadonlyArray<readonly [claim: string, command: Shell.Command]> = [
    ["after closed quotes", sh`echo "a 'b" 'c "d' ${"x"}`],
    ["after escaped quotes", sh`echo \" \' ${"x"}`],
    ["after an escaped quote in quotes", sh`echo "a\"b" ${"x"}`],
    ["in braces outside quotes", sh`echo \${A:-${"x"}}`],
    ["in braces after what would open a comment or here-document", sh`echo \${A:- # << ${"x"}}`],
    ["after a quote between backquotes", sh`echo ${sh.raw("`echo a\\`\"`")} ${"x"}`],
    [
      "after a comment",
      sh`# don't stop
echo ${"x"}`
    ],
    ["after a number sign inside a word", sh`echo a#'b' ${"x"}`],
    [
      "after a comment behind a subshell",
      sh`(true) # don't
echo ${"x"}`
    ],
    [
      "after a here-document",
      sh`cat <<-'EOF'
	it's
	EOF
echo ${"x"}`
    ],
    ["after arithmetic", sh`echo $((1 + (2))) ${"x"}`],
    [
      "after a left shift in arithmetic",
      sh`echo $((1 << 2))
echo ${"x"}`
    ],
    ["in a subshell", sh`(cd ${"x"}; echo '(') && echo ${"y"}`],
    ["in a substitution between double quotes", sh`echo "a $(cat ${"x"}) b" ${"y"}`],
    ["in a case branch", sh`case ${"x"} in a) echo ${"y"};; esac`],
    [
      "after an escaped newline",
      sh`echo a \
  ${"x"}`
    ],
    ["as a redirection target", sh`cat < ${"x"} >> ${"y"} 2>&1`]
  ]
  for (const [claim, command] of safe) {
    it(`accepts a value where quoting protects: ${claim}`, () => {
      assert.deepStrictEqual(Shell.problems(command), [])
    })
  }

  it("never lets an accepted value run as shell source, whatever surrounds it", () => {
    const fragment = fc.constantFrom(
      "\"",
      "'",
      "`",
      "$(",
      ")",
      "((",
      "$((",
      "))",
      "${A:-",
      "}",
      "#",
      " ",
      "\n",
      "\\",
      "$",
      "<<E\n",
      "<<-'E'\n",
      "E\n",
      "a",
      ";",
      "{ ",
      "; }",
      "echo "
    )
    const mark = "INJECTED"
    const attack =
      `'"\`)}\nE\n printf ${mark}; $(printf ${mark}) \`printf ${mark}\` ' printf ${mark} '`
    const texts = fc.array(fragment, { maxLength: 8 }).map((parts) => parts.join(""))
    let acceptedCount = 0
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        const command = sh`: ${sh.raw(before)}${attack}${sh.raw(after)}`
        if (Shell.problems(command).length > 0) return
        acceptedCount++
        // A marker function sees whether the text of the value was ever run as a command.
        const program = `printf() { command echo RAN >&2; }\n${source(command)}`
        const run = execShell(program)
        assert.notInclude(run, "RAN", JSON.stringify(source(command)))
      }),
      { numRuns: 400 }
    )
    assert.isAbove(acceptedCount, 20)
  })
})

/** Answers what a program prints to both streams, whether it succeeds or not. */
const execShell = (program: string): string => {
  const run = spawnSync("/bin/sh", ["-c", "PATH=; eval \"$1\"", "sh", program], {
    stdio: ["ignore", "pipe", "pipe"]
  })
  return `${run.stdout.toString("utf8")}${run.stderr.toString("utf8")}`
}
