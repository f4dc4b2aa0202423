"""Signs requests with the original client's own signer, azure.batch.batch_auth.

Reads {"account", "key", "requests": [{"method", "url", "headers"}]} from standard input and writes the
Authorization headers, in order, to standard output.
"""

import json
import sys

from azure.batch.batch_auth import SharedKeyAuth


class Request:
    """As much of a request as the signer looks at."""

    def __init__(self, method, url, headers):
        self.method = method
        self.url = url
        self.headers = headers


def main():
    order = json.load(sys.stdin)
    signer = SharedKeyAuth("Authorization", order["account"], order["key"])
    signed = [signer(Request(**request)) for request in order["requests"]]
    json.dump([request.headers["Authorization"] for request in signed], sys.stdout)


if __name__ == "__main__":
    main()
