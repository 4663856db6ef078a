"""``python -m bench.imported MODULE`` imports a module and says what that took, in CPU time.

The interpreter's own start does not count; nothing else is imported before that could help.
"""

import importlib
import json
import sys
import time

if __name__ == "__main__":
    before = time.process_time()
    importlib.import_module(sys.argv[1])
    print(json.dumps({"ms": (time.process_time() - before) * 1000}))
