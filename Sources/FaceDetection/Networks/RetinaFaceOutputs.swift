import ONNX

/// Which of a file's three outputs is what, in RetinaFace's layout: by their last lengths, or by their names
/// where a file does not say these.
struct RetinaFaceOutputs {
    /// Indices in the list of outputs.
    let boxes: Int
    /// Indices in the list of outputs.
    let scores: Int
    /// Indices in the list of outputs.
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
        func place(_ width: Int, _ names: [String]) -> Int? {
            let known = widths.firstIndex(of: width)
            if known != nil || !widths.contains(nil) { return known }
            return outputs.indices.first { index in
                widths[index] == nil
                    && names.contains { outputs[index].name.lowercased().contains($0) }
            }
        }
        guard let points = place(10, ["land", "pts"]), let boxes = place(4, ["loc", "box"]),
            let scores = place(2, ["conf", "cls", "score"]),
            Set([points, boxes, scores]).count == 3
        else { return nil }
        (self.boxes, self.scores, self.points) = (boxes, scores, points)
    }
}
