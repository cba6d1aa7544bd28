import ONNX

/// The roles of a file's three outputs in RetinaFace's layout: by their last dimensions, or by their names
/// if a file does not state these.
struct RetinaFaceOutputs {
    /// Index of the output of boxes.
    let boxes: Int
    /// Index of the output of scores.
    let scores: Int
    /// Index of the output of points.
    let points: Int

    /// nil for outputs of another network.
    init?(_ outputs: [ONNXFile.Value]) {
        self.init(outputs.map { ($0.name, $0.shape) })
    }

    /// nil for outputs of another network.
    init?(_ outputs: [(name: String, shape: [Int?]?)]) {
        guard outputs.count == 3, outputs.allSatisfy({ ($0.shape?.count ?? 3) == 3 }) else {
            return nil
        }
        let widths = outputs.map { $0.shape?.last ?? nil }
        func index(_ width: Int, _ names: [String]) -> Int? {
            let known = widths.firstIndex(of: width)
            if known != nil || !widths.contains(nil) { return known }
            return outputs.indices.first { index in
                widths[index] == nil
                    && names.contains { outputs[index].name.lowercased().contains($0) }
            }
        }
        guard let points = index(10, ["land", "pts"]), let boxes = index(4, ["loc", "box"]),
            let scores = index(2, ["conf", "cls", "score"]),
            Set([points, boxes, scores]).count == 3
        else { return nil }
        (self.boxes, self.scores, self.points) = (boxes, scores, points)
    }
}
