#!/usr/bin/env bash
# Measures memory.csv: what a step of a loss adds to the process's peak, by Benchmarks/head.
#
#     swift build -c release --product head-benchmark && ./measure_memory.sh > memory.csv
#
# The numbers in the file: AMD EPYC (Zen 4), torch 2.13.0+cpu, one thread.
set -euo pipefail
benchmark=${1:-.build/release/head-benchmark}
echo "loss,classes,batch,size,rate,bytes"
measure() {
    bytes=$("$benchmark" --threads 1 --warm-up 2 --steps 1 --loss "$1" --classes "$2" --batch "$3" \
        --size "$4" --rate "$5" | sed 's/.*"bytes":\([0-9]*\).*/\1/')
    echo "$1,$2,$3,$4,$5,$bytes"
}
for loss in arcface softmax curricular subcenter lsoftmax sphereface2 uniface coco normface center; do
    for classes in 4000 20000; do
        for batch in 64 192; do measure "$loss" "$classes" "$batch" 256 1; done
    done
    measure "$loss" 20000 64 64 1
done
for rate in 0.1 0.5; do
    for classes in 20000 100000; do
        for batch in 64 192; do measure arcface "$classes" "$batch" 256 "$rate"; done
    done
done
measure curricular 100000 64 256 0.1
measure subcenter 40000 64 256 0.1
