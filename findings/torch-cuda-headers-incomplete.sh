#!/usr/bin/env bash
# PyTorch's CUDA wheel and all that it requires cannot compile a program that includes its own headers for GPUs.
#
# Expected: the wheel carries the headers of its CUDA streams, graphs and NCCL, and requires the wheels of CUDA's
#   runtime, cuBLAS and NCCL, whose headers these include. Together they should suffice for a C++ compiler; nvcc is not
#   needed for code without kernels.
# What happens: among the packages that pip installs for torch 2.11.0 none has crt/host_defines.h and its siblings,
#   and none has nv/target. The first are in nvidia-cuda-crt, the second in nvidia-cuda-cccl; nothing requires them.
#   An include of cuda_fp16.h, which LibTorch's header of its NCCL group reaches, ends at the first of them, with the
#   one wheel added at the second, and compiles with both. (Those of streams and graphs need the first alone.)
# Version: torch 2.11.0, nvidia-cuda-runtime 13.0.96, nvidia-cuda-crt 13.0.88, nvidia-cuda-cccl 13.0.85, 2026-11-30.
# Why it matters: whoever adds an own operation, a CUDA graph or an exchange by NCCL in C++ on a machine without CUDA's
#   toolkit meets "No such file or directory" in NVIDIA's headers. The two wheels, of CUDA's version, mend it.
set -euo pipefail
t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
python3 -m venv "$t/venv"
pip=("$t/venv/bin/pip" --disable-pip-version-check --quiet)
cd "$t"
"${pip[@]}" install --dry-run --ignore-installed --report report.json torch==2.11.0
names=$("$t/venv/bin/python" -c 'import json
print(*sorted(p["metadata"]["name"] for p in json.load(open("report.json"))["install"]))')
required=$(grep -oE 'nvidia-cuda-(crt|cccl)' <<<"$names" | tr '\n' ' ' || true)
echo "wheels with the rest of the headers that torch 2.11.0 requires: expected nvidia-cuda-crt nvidia-cuda-cccl; required: ${required:-none}"

# The file that is missing; "nothing" if it compiles.
missing() {
    echo '#include <cuda_fp16.h>' >program.cpp
    local found
    found=$(c++ -std=c++20 -fsyntax-only -I"$(echo venv/lib/python3*/site-packages)/nvidia/cu13/include" program.cpp 2>&1 |
        sed -n 's/.*fatal error: \(.*\): No such file.*/\1/p')
    echo "${found:-nothing}"
}
found=()
for wheel in nvidia-cuda-runtime==13.0.96 nvidia-cuda-crt==13.0.88 nvidia-cuda-cccl==13.0.85; do
    "${pip[@]}" install --no-deps "$wheel"
    found+=("$(missing)")
    echo "with $wheel: expected nothing missing; missing is ${found[-1]}"
done
if [ -z "$required" ] && [[ ${found[0]} == crt/* && ${found[1]} == nv/target && ${found[2]} == nothing ]]; then
    echo "as described above"
else
    echo "THE BEHAVIOUR HAS CHANGED"
    exit 1
fi
