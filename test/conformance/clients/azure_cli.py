"""Runs commands of the Azure CLI, one JSON array of words a line, and answers each with a line of JSON.

The commands go through the function that `az` itself calls, in one process, because loading the
CLI takes longer than all that is asked of it.
"""

import io
import json
import sys

from azure.cli.core import get_default_cli


def run(cli, words):
    output = io.StringIO()
    try:
        code = cli.invoke(words, out_file=output)
        error = cli.result.error
    except SystemExit as end:
        code, error = end.code, None
    return {"code": code, "output": output.getvalue(), "error": "" if error is None else str(error)}


def main():
    replies = sys.stdout
    # What the CLI prints beside its answers is told with them.
    sys.stdout = sys.stderr
    cli = get_default_cli()
    for line in sys.stdin:
        print(json.dumps(run(cli, json.loads(line))), file=replies, flush=True)


main()
