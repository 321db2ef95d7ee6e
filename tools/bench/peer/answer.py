"""A process that is told what to do, line by line: one line of JSON for a request, one for its answer."""

import json
import os
import sys
import traceback


def serve(handlers):
    """Calls handlers[request["do"]](**rest) for each line of standard input; what it returns is the answer."""
    # Libraries print: their lines go to standard error, answers alone to standard output.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = handlers[request.pop("do")](**request)
        except Exception as error:
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
        answers.write(json.dumps(answer) + "\n")
