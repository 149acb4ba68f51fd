"""Run by `start_process` in a new process: calls a function of a file."""

import importlib.util
import os


def call(path, function, args, environment):
    os.environ.clear()
    os.environ.update(environment)
    spec = importlib.util.spec_from_file_location('called_in_process', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    getattr(module, function)(*args)


call(*globals()['CALL'])
