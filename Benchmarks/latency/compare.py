"""How long does one image take, beside OpenVINO?

    compare.py FACET BENCHMARK MODEL PICTURE [THREADS [SECONDS]]

FACET is the tool and BENCHMARK Facet's latency-benchmark, in whose environment OpenVINO is found (FACET_OPENVINO);
MODEL is a run or a model.safetensors, which is exported as ONNX for OpenVINO; PICTURE is an aligned face. OpenVINO is
run where this Python has it, by itself, and by Facet as any ONNX model is. All sides run one after another. Prints a
table in Markdown.
"""
import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        print(done.stdout + done.stderr, file=sys.stderr)
        return None
    return json.loads(done.stdout.strip().splitlines()[-1])


def main():
    facet, benchmark, model, picture = sys.argv[1:5]
    threads, seconds = (sys.argv[5:] + ["2", "5"][len(sys.argv) - 5:])[:2]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        onnx = pathlib.Path(folder) / "model.onnx"
        done = subprocess.run([facet, "export", model, onnx], capture_output=True, text=True)
        if done.returncode != 0:
            print(done.stderr, file=sys.stderr)
        if onnx.exists() and importlib.util.find_spec("openvino"):
            peer = pathlib.Path(__file__).with_name("openvino_peer.py")
            rows.append(("OpenVINO, network", run(sys.executable, peer, onnx, threads, seconds)))
        named = [("network", "network"), ("embedding", "with mirror image"), ("file", "from a JPEG's file")]
        for title, path in [("Facet", model)] + ([("Facet, ONNX", onnx)] if onnx.exists() else []):
            found = run(benchmark, path, picture, threads, seconds)
            rows += [(f"{title}, {text}", found and found[key]) for key, text in named]
    peer = rows[0][1] if rows[0][0].startswith("OpenVINO") else None
    print("| one image | p50, ms | p99, ms | times OpenVINO's p50 |")
    print("|---|---|---|---|")
    for name, row in rows:
        if row is None:
            print(f"| {name} | failed | | |")
            continue
        times = f"{row['p50'] / peer['p50']:.2f}" if peer else ""
        print(f"| {name} | {row['p50']:.2f} | {row['p99']:.2f} | {times} |")


main()
