"""The original client, Python azure-batch, unmodified, carrying out steps.

Reads a JSON document with the account and the steps from stdin and writes what the client saw of
each step, as a JSON array, to stdout. What a view looks like is in View.ts, what a step is in
Scenario.ts.
"""

import datetime
import email.utils
import json
import sys
import time

from azure.batch import BatchServiceClient, models
from azure.batch.batch_auth import SharedKeyCredentials
from azure.batch.custom.custom_errors import CreateTasksErrorException

PAUSE_SECONDS = 0.02


class Caller:
    """A client with the job it works in and the entity tag of the task it read last."""

    def __init__(self, target):
        credentials = SharedKeyCredentials(target["account"], target["key"])
        self.client = BatchServiceClient(credentials, batch_url=target["endpoint"])
        self.e_tag = ""

    def view(self, step):
        try:
            return {"value": self.calls[step["call"]](self, step)}
        except models.BatchErrorException as failure:
            return {"error": refusal(failure)}

    def job_add(self, step):
        self.client.job.add(models.JobAddParameter.from_dict(step["body"]))

    def job_get(self, step):
        options = options_of(models.JobGetOptions, step)
        return plain(self.client.job.get(step["jobId"], options))

    def job_list(self, step):
        return [plain(job) for job in self.client.job.list(options_of(models.JobListOptions, step))]

    def job_patch(self, step):
        patch = models.JobPatchParameter.from_dict(step["body"])
        self.client.job.patch(step["jobId"], patch)

    def job_update(self, step):
        self.client.job.update(step["jobId"], models.JobUpdateParameter.from_dict(step["body"]))

    def job_disable(self, step):
        self.client.job.disable(step["jobId"], step["body"]["disableTasks"])

    def job_enable(self, step):
        self.client.job.enable(step["jobId"])

    def job_status(self, step):
        listed = self.client.job.list_preparation_and_release_task_status(step["jobId"])
        return [plain(status) for status in listed]

    def job_terminate(self, step):
        self.client.job.terminate(step["jobId"], step["body"]["terminateReason"])

    def job_wait(self, step):
        state = step.get("body", {}).get("state", "completed")
        return plain(reached(lambda: self.client.job.get(step["jobId"]), state))

    def job_delete(self, step):
        self.client.job.delete(step["jobId"])

    def job_task_counts(self, step):
        return plain(self.client.job.get_task_counts(step["jobId"]))

    def task_add(self, step):
        self.client.task.add(step["jobId"], models.TaskAddParameter.from_dict(step["body"]))

    def task_add_collection(self, step):
        tasks = [models.TaskAddParameter.from_dict(task) for task in step["body"]]
        threads = step.get("options", {}).get("threads", 0)
        try:
            added = self.client.task.add_collection(step["jobId"], tasks, threads=threads).value
        except CreateTasksErrorException as failure:
            if failure.errors:
                raise failure.errors[0] from failure
            added = failure.failure_tasks
        return [item(result) for result in added]

    def task_get(self, step):
        options = options_of(models.TaskGetOptions, step)
        task = self.client.task.get(step["jobId"], step["taskId"], options)
        self.e_tag = task.e_tag or ""
        return plain(task)

    def task_list(self, step):
        options = options_of(models.TaskListOptions, step)
        return [plain(task) for task in self.client.task.list(step["jobId"], options)]

    def task_update(self, step):
        constraints = models.TaskConstraints.from_dict(step["body"]["constraints"])
        options = options_of(models.TaskUpdateOptions, step)
        self.client.task.update(step["jobId"], step["taskId"], constraints, options)

    def task_delete(self, step):
        options = options_of(models.TaskDeleteOptions, step)
        self.client.task.delete(step["jobId"], step["taskId"], options)

    def task_terminate(self, step):
        options = options_of(models.TaskTerminateOptions, step)
        self.client.task.terminate(step["jobId"], step["taskId"], options)

    def task_reactivate(self, step):
        options = options_of(models.TaskReactivateOptions, step)
        self.client.task.reactivate(step["jobId"], step["taskId"], options)

    def task_list_subtasks(self, step):
        result = self.client.task.list_subtasks(step["jobId"], step["taskId"])
        return [plain(subtask) for subtask in result.value]

    def task_wait(self, step):
        return plain(
            reached(lambda: self.client.task.get(step["jobId"], step["taskId"]), "completed")
        )

    def file_get(self, step):
        byte_range = step.get("options", {}).get("range")
        options = models.FileGetFromTaskOptions(
            ocp_range=None if byte_range is None else "bytes={}-{}".format(*byte_range)
        )
        chunks = self.client.file.get_from_task(
            step["jobId"], step["taskId"], step["path"], options
        )
        return b"".join(chunks).decode("utf-8")

    def file_wait(self, step):
        while True:
            try:
                text = self.file_get(step)
                if text != "":
                    return text
            except models.BatchErrorException as failure:
                if failure.response.status_code not in (404, 409):
                    raise
            time.sleep(PAUSE_SECONDS)

    def file_properties(self, step):
        headers = self.client.file.get_properties_from_task(
            step["jobId"], step["taskId"], step["path"], raw=True
        ).headers
        return {
            "contentBytes": headers["Content-Length"],
            "isDirectory": headers["ocp-batch-file-isdirectory"],
            "contentType": headers["Content-Type"],
            "lastModified": iso(headers["Last-Modified"]),
            "fileMode": headers["ocp-batch-file-mode"],
        }

    def file_list(self, step):
        recursive = step.get("options", {}).get("recursive", False)
        files = self.client.file.list_from_task(step["jobId"], step["taskId"], recursive)
        return [plain(file) for file in files]

    def file_delete(self, step):
        recursive = step.get("options", {}).get("recursive", False)
        self.client.file.delete_from_task(step["jobId"], step["taskId"], step["path"], recursive)

    def pool_add(self, step):
        self.client.pool.add(models.PoolAddParameter.from_dict(step["body"]))

    def pool_get(self, step):
        return plain(self.client.pool.get(step["body"]["poolId"]))

    def pool_exists(self, step):
        return self.client.pool.exists(step["body"]["poolId"])

    def pool_resize(self, step):
        resize = models.PoolResizeParameter.from_dict(step["body"]["resize"])
        self.client.pool.resize(step["body"]["poolId"], resize)

    def pool_delete(self, step):
        self.client.pool.delete(step["body"]["poolId"])

    def node_list(self, step):
        return [plain(node) for node in self.client.compute_node.list(step["body"]["poolId"])]

    calls = {
        "job.add": job_add,
        "job.get": job_get,
        "job.list": job_list,
        "job.patch": job_patch,
        "job.update": job_update,
        "job.disable": job_disable,
        "job.enable": job_enable,
        "job.status": job_status,
        "job.terminate": job_terminate,
        "job.wait": job_wait,
        "job.delete": job_delete,
        "job.taskCounts": job_task_counts,
        "task.add": task_add,
        "task.addCollection": task_add_collection,
        "task.get": task_get,
        "task.list": task_list,
        "task.update": task_update,
        "task.delete": task_delete,
        "task.terminate": task_terminate,
        "task.reactivate": task_reactivate,
        "task.listSubtasks": task_list_subtasks,
        "task.wait": task_wait,
        "file.get": file_get,
        "file.wait": file_wait,
        "file.properties": file_properties,
        "file.list": file_list,
        "file.delete": file_delete,
        "pool.add": pool_add,
        "pool.get": pool_get,
        "pool.exists": pool_exists,
        "pool.resize": pool_resize,
        "pool.delete": pool_delete,
        "node.list": node_list,
    }


OPTION_NAMES = {
    "select": "select",
    "filter": "filter",
    "maxResults": "max_results",
    "ifMatch": "if_match",
    "ifNoneMatch": "if_none_match",
    "ifModifiedSince": "if_modified_since",
    "ifUnmodifiedSince": "if_unmodified_since",
}


def options_of(model, step):
    """The step's options as the model the operation takes, or None when it has none."""
    given = {}
    for name, value in step.get("options", {}).items():
        is_time = name.endswith("Since")
        given[OPTION_NAMES[name]] = email.utils.parsedate_to_datetime(value) if is_time else value
    return model(**given) if given else None


def plain(model):
    """A model as the wire's JSON, read-only members included."""
    return model.serialize(keep_readonly=True)


def item(result):
    view = {"taskId": result.task_id, "status": models.TaskAddStatus(result.status).value}
    if result.error is not None:
        view["code"] = result.error.code
    return view


def refusal(failure):
    error = failure.error
    values = [] if error is None else error.values or []
    return {
        "status": failure.response.status_code,
        "code": None if error is None else error.code,
        "message": None if error is None or error.message is None else error.message.value,
        "values": [{"key": each.key, "value": each.value} for each in values],
    }


def reached(read, state):
    while True:
        thing = read()
        if thing.state.value == state:
            return thing
        time.sleep(PAUSE_SECONDS)


def iso(moment):
    if isinstance(moment, str):
        moment = email.utils.parsedate_to_datetime(moment)
    return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def resolve(step, job_id, e_tag):
    text = json.dumps(step).replace("$job", job_id).replace("$eTag", e_tag)
    return json.loads(text)


def main():
    order = json.load(sys.stdin)
    caller = Caller(order["target"])
    views = [
        caller.view(resolve(step, order["jobId"], caller.e_tag)) for step in order["steps"]
    ]
    json.dump(views, sys.stdout)


if __name__ == "__main__":
    main()
