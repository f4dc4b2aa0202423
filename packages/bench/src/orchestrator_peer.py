"""Other orchestrators, unmodified, on a graph of tasks that do nothing.

Reads a JSON document from stdin: `peer`, one of the names at the end; `parents`, those of each node, by
index; `atOnce`, how many tasks may run at once; `directory`, an empty one; and `witness`: whether each task
leaves a file there and fails unless its parents have. Writes to stdout, as JSON, the version, and what the
run took from the submission to its end, in seconds: of the wall, of the processors for the orchestrator
with its workers, and of the processors for the processes of its tasks. Making the graph and starting the
workers is not measured; a small graph has warmed them up before.
"""

import importlib.metadata
import json
import os
import resource
import sys
import time

WARM_UP = [[] if node == 0 else [node - 1] for node in range(10)]


def processor_time(who):
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def measured(run, others=lambda: 0):
    """What `run` took; `others` tells the processor time of worker processes so far."""
    wall = time.perf_counter()
    own = processor_time(resource.RUSAGE_SELF) + others()
    tasks = processor_time(resource.RUSAGE_CHILDREN)
    run()
    return {
        "wallSeconds": time.perf_counter() - wall,
        "cpuSeconds": processor_time(resource.RUSAGE_SELF) + others() - own,
        "tasksCpuSeconds": processor_time(resource.RUSAGE_CHILDREN) - tasks,
    }


def witness_command(parents, node):
    tests = "".join(f"test -e {parent} && " for parent in parents)
    return ["/bin/sh", "-c", f"{tests}: > {node}"]


def processes(order):
    """No orchestrator: as many processes, without an order, as many at once."""

    def run():
        running = 0
        for _ in order["parents"]:
            if running == order["atOnce"]:
                reap()
                running -= 1
            os.posix_spawn("/bin/true", ["/bin/true"], {})
            running += 1
        for _ in range(running):
            reap()

    def reap():
        _, status = os.wait()
        if status != 0:
            raise RuntimeError(f"a process ended with {status}")

    return "", measured(run)


def hyperqueue(order):
    """A server and a worker in this process, which talk over TCP; each task is a process."""
    from hyperqueue.cluster import LocalCluster, WorkerConfig
    from hyperqueue.job import Job

    def job_of(rows, witness):
        job = Job(default_workdir=order["directory"])
        tasks = []
        for node, parents in enumerate(rows):
            command = witness_command(parents, node) if witness else ["/bin/true"]
            dependencies = [tasks[parent] for parent in parents]
            # Whatever came first without dependencies comes last when they are witnessed.
            priority = node if witness else 0
            tasks.append(
                job.program(
                    command, stdout=None, stderr=None, deps=dependencies, priority=priority
                )
            )
        return job

    worker = WorkerConfig(cores=order["atOnce"])
    with LocalCluster(os.path.join(order["directory"], "server"), worker) as cluster:
        client = cluster.client()

        def run(job):
            if not client.wait_for_jobs([client.submit(job)]):
                raise RuntimeError("a task failed")

        run(job_of(WARM_UP, False))
        job = job_of(order["parents"], order["witness"])
        return importlib.metadata.version("hyperqueue"), measured(lambda: run(job))


def level(node, directory, *parents):
    """The length of the longest path to a node; leaves a file where it shall."""
    if directory is not None:
        with open(os.path.join(directory, str(node)), "w", encoding="utf8"):
            pass
    return 1 + max(parents, default=0)


def dask(order, own_worker):
    """A scheduler, and one worker with threads, in this process or in another; each task is a call."""
    import psutil
    from distributed import Client, LocalCluster

    def graph_of(rows, name, directory=None):
        return {
            f"{name}{node}": (level, node, directory, *(f"{name}{parent}" for parent in parents))
            for node, parents in enumerate(rows)
        }

    def last_of(rows, name):
        inner = {parent for parents in rows for parent in parents}
        return [f"{name}{node}" for node in range(len(rows)) if node not in inner]

    def depth_of(rows):
        levels = []
        for parents in rows:
            levels.append(1 + max((levels[parent] for parent in parents), default=0))
        return max(levels)

    with LocalCluster(
        n_workers=1,
        threads_per_worker=order["atOnce"],
        processes=own_worker,
        dashboard_address=None,
        local_directory=order["directory"],
    ) as cluster, Client(cluster) as client:
        workers = psutil.Process().children(recursive=True)

        def run(graph, rows, name):
            if max(client.get(graph, last_of(rows, name))) != depth_of(rows):
                raise RuntimeError("the tasks did not follow one another")

        run(graph_of(WARM_UP, "w"), WARM_UP, "w")
        rows = order["parents"]
        graph = graph_of(rows, "n", order["directory"] if order["witness"] else None)
        took = measured(
            lambda: run(graph, rows, "n"),
            lambda: sum(sum(worker.cpu_times()[:2]) for worker in workers),
        )
    return importlib.metadata.version("distributed"), took


PEERS = {
    "processes": processes,
    "hyperqueue": hyperqueue,
    "daskInProcess": lambda order: dask(order, False),
    "daskOverTcp": lambda order: dask(order, True),
}

if __name__ == "__main__":
    order = json.load(sys.stdin)
    answer = os.dup(1)
    os.dup2(2, 1)  # HyperQueue prints what it has started
    version, took = PEERS[order["peer"]](order)
    os.write(answer, json.dumps({"version": version, **took}).encode())
