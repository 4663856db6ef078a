import time
from collections import Counter
from tests.functions.test_file_flows import Files
from tests.filing import csv
from tests.e2e.test_files import row
from tests.aws_calls import Listener, listening
class Timer(Listener):
    def __init__(self): self.n=Counter(); 
    def before(self, operation, request): self.n[operation]+=1
def test_prof(stage):
    from local.moto_speed import hook_speed
    hook_speed()
    files = Files(stage)
    content = csv(*[",".join(row(n)) for n in range(8000)])
    made = files.create()
    m = files.upload(made, content)
    t=time.process_time()
    files.deliver(m); print("check", time.process_time()-t)
    files.send("POST", f"/v1/imports/{made['id']}/commit")
    bodies=list(files.asked())
    from tidemark.services import commit_file as c
    for name in ("_rows","_settle","_find_duplicates"):
        def wrap(f, name=name):
            def g(*a):
                t=time.process_time()
                try: return f(*a)
                finally: tot[name]+=time.process_time()-t
            return g
        tot = globals().setdefault("tot", Counter())
        setattr(c.CommitFile, name, wrap(getattr(c.CommitFile, name)))
    t=time.process_time()
    with listening(Timer()) as timer:
        files.deliver(*bodies)
    print("commit", time.process_time()-t, dict(tot), timer.n)
