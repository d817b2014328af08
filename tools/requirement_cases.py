#!/usr/bin/env python3
"""Make the expected readings of versions, conditions and requirements in fixtures/python, by Python's own library.

    tools/requirement_cases.py        needs packaging 26.3
"""

import pathlib
import random

from packaging.specifiers import SpecifierSet, Specifier
from packaging.version import Version
from packaging.requirements import Requirement, InvalidRequirement
HERE = pathlib.Path(__file__).resolve().parent.parent / 'fixtures' / 'python'
rng = random.Random(5)
vs=["1.0","1","1.0.0","1.0.1","1.1","1.0a1","1.0b2","1.0rc1","1.0rc1.post1","1.0.dev0","1.0.dev3","1.0.post1","1.0.post1.dev2","1.0.post2","1.0+cpu","1.0.post1+cpu","1.0.dev3+x","2.0","2.0.dev1","2.1rc1","0.9","1!0.5","1!1.0","10.0","2024.1.15","v1.0","1.0-1","1.0.0-RC.1","1.0_alpha","0"]
ops=["==","!=","<=",">=","<",">","~=","==="]
out=[]
for op in ops:
    for v in vs:
        for star in ("",".*"):
            spec=op+v+star
            try: s=Specifier(spec)
            except Exception: out.append(f"{spec}\tINVALID\t"); continue
            m=" ".join(c for c in vs if s.contains(Version(c), prereleases=True))
            out.append(f"{spec}\t{s}\t{m}")
(HERE / 'specifiers.tsv').write_text("\n".join(out)+"\n")
f=[]
for spec in ["", ">=1.0","<2",">=1.0,<2","==1.*","!=1.0",">=1.0rc1","~=1.0",">1.0.dev0","<=1.0rc1,>=0.5","===1.0",">=2.0.dev1","<1.0"]:
    for n in range(6):
        c=rng.sample(vs,4)
        r=list(SpecifierSet(spec).filter([Version(x) for x in c]))
        f.append(f"{spec}\t{' '.join(c)}\t{' '.join(map(str,r))}")
(HERE / 'specifier-filters.tsv').write_text("\n".join(f)+"\n")
reqs=["a","A.b_c","a>=1","a >=1 , <2","a (>=1,<2)","a(==1.0)","a[x]","a[ x , y ]>=1","a[]","a @ https://e.example/a.whl","a@https://e.example/a.whl ; os_name=='nt'","a[z,y] @ file:///x","a;python_version<'3.9'","a ; python_version < \"3.9\"","a>=1 ; (python_version>='3.9')","a; (os_name=='posix' or sys_platform=='linux') and extra=='Foo_Bar'","a; os_name=='posix' or (sys_platform=='linux' and extra == 'x')","a; 'linux' in sys_platform","a; sys_platform not in 'a b'","a; os.name == 'x'","a; python_implementation=='CPython'","a; extra == 'it\"s'","a==1.*","a!=1.0.*,>=1","a~=1.0","a~=1","a===foo bar","a===foo","a>=1.*","a<1.0+local","-a","a-","a b","","a>=","a;","a;os_name","a;os_name=='x' and","a [x","a>=1,","a,>=1","a>=1;python_version","a==1.0,==1.0","a>=2,>=1,!=1.5","foo.bar-baz_qux","a;(((os_name=='x')))","a;((os_name=='x') and (os_name=='y'))","a; extra=='x' and (os_name=='y')","1a","a>=1!2.0","a==v1.0","a==1.0-1"]
g=[]
for r in reqs:
    try: g.append(f"{r}\t{Requirement(r)}")
    except InvalidRequirement: g.append(f"{r}\tINVALID")
(HERE / 'requirements.tsv').write_text("\n".join(g)+"\n")
nv=[]
for v in vs+["1.0.0.0","01.02","1.0ALPHA","1.0-dev","1.0.post","1.0c1","1.0pre4","1.0-r5","1.0rev2","1.0+Ubuntu-1_2.x","1!2.3.4a5.post6.dev7+l.8"," 1.0 ","x","1..0","1.0+"]:
    try: nv.append(f"{v}\t{Version(v)}")
    except Exception: nv.append(f"{v}\tINVALID")
(HERE / 'versions.tsv').write_text("\n".join(nv)+"\n")

