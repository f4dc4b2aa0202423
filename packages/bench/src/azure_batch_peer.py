"""The original client, Python azure-batch, unmodified, adding tasks to the canned server.

Reads a JSON document with the account and a number of tasks from stdin, adds that many tasks of the
shape of BenchTasks.ts, and writes what it took, in seconds of processor time and of wall time, as JSON
to stdout. Making the tasks is not measured.
"""

import json
import sys
import time

from azure.batch import BatchServiceClient, models
from azure.batch.batch_auth import SharedKeyCredentials

order = json.load(sys.stdin)
credentials = SharedKeyCredentials(order["account"], order["key"])
client = BatchServiceClient(credentials, batch_url=order["endpoint"])


def task(index):
    return models.TaskAddParameter(
        id=f"c{index // 100:06d}-{index % 100:03d}",
        command_line="/bin/sh -c 'exec ./align --reads input.txt --out result.bam'",
        resource_files=[
            models.ResourceFile(
                http_url="https://store.example.com/inputs/reads-0001", file_path="input.txt"
            )
        ],
        environment_settings=[
            models.EnvironmentSetting(name="SAMPLE", value="sample-0001"),
            models.EnvironmentSetting(name="BATCHWAVE_INPUTS_FILE", value="inputs.json"),
        ],
        constraints=models.TaskConstraints(
            max_task_retry_count=0, max_wall_clock_time="PT1H", retention_time="PT24H"
        ),
        required_slots=1,
    )


def add(count):
    tasks = [task(index) for index in range(count)]
    processor, wall = time.process_time(), time.perf_counter()
    results = client.task.add_collection("job-1", tasks).value
    taken = {
        "cpuSeconds": time.process_time() - processor,
        "wallSeconds": time.perf_counter() - wall,
    }
    if len(results) != count:
        raise RuntimeError(f"only {len(results)} of {count} tasks were added")
    return taken


add(100)
print(json.dumps(add(order["tasks"])))
