public import Torch

/// MobileNet-V1 (Howard et al. 2017, Table 1): depthwise separable convolutions.
///
/// The last depthwise convolution has stride 1: the table's "s2" is a misprint, as its own output
/// size shows. Parameters bear the names of timm's `mobilenetv1_100`.
public final class MobileNetV1: Backbone {
    /// A depthwise 3x3 and a pointwise 1x1 convolution, each normalised and rectified.
    final class Block {
        let depthwise: Convolution
        let depthwiseNorm: BatchNormalization
        let pointwise: Convolution
        let pointwiseNorm: BatchNormalization

        init(inputs: Int, outputs: Int, stride: Int, initial: InitialWeights) {
            depthwise = Convolution(
                inputs: inputs, outputs: inputs, kernel: 3, stride: stride, groups: inputs,
                initial: initial.child("conv_dw"))
            depthwiseNorm = BatchNormalization(channels: inputs, initial: initial.child("bn1"))
            pointwise = Convolution(
                inputs: inputs, outputs: outputs, kernel: 1, initial: initial.child("conv_pw"))
            pointwiseNorm = BatchNormalization(channels: outputs, initial: initial.child("bn2"))
        }

        var state: [StateEntry] {
            depthwise.state.prefixed("conv_dw") + depthwiseNorm.state.prefixed("bn1")
                + pointwise.state.prefixed("conv_pw") + pointwiseNorm.state.prefixed("bn2")
        }

        func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
            let filtered = depthwiseNorm.rectified(
                depthwise(input, training: training), training: training)
            return pointwiseNorm.rectified(
                pointwise(filtered, training: training), training: training)
        }
    }

    /// timm's stages: outputs and stride of each block.
    private static let stages: [[(outputs: Int, stride: Int)]] = [
        [(64, 1)],
        [(128, 2), (128, 1)],
        [(256, 2), (256, 1)],
        [(512, 2), (512, 1), (512, 1), (512, 1), (512, 1), (512, 1)],
        [(1024, 2), (1024, 1)],
    ]

    private let stem: Convolution
    private let stemNorm: BatchNormalization
    private let blocks: [(name: String, block: Block)]
    private let head: EmbeddingHead

    /// Creates a network with fresh weights.
    public init(_ options: BackboneOptions, initial: InitialWeights) {
        var inputs = options.channels(32)
        stem = Convolution(
            inputs: 3, outputs: inputs, kernel: 3, stride: 2, initial: initial.child("conv_stem"))
        stemNorm = BatchNormalization(channels: inputs, initial: initial.child("bn1"))
        var blocks: [(String, Block)] = []
        for (stage, plan) in Self.stages.enumerated() {
            for (index, step) in plan.enumerated() {
                let name = "blocks.\(stage).\(index)"
                let outputs = options.channels(step.outputs)
                blocks.append(
                    (
                        name,
                        Block(
                            inputs: inputs, outputs: outputs, stride: step.stride,
                            initial: initial.child(name))
                    ))
                inputs = outputs
            }
        }
        self.blocks = blocks
        head = EmbeddingHead(
            inputs: inputs, options: options, initial: initial.child("embedding"))
    }

    /// Length of an embedding.
    public var embeddingSize: Int { head.size }

    /// Parameters and buffers under timm's names.
    public var state: [StateEntry] {
        stem.state.prefixed("conv_stem") + stemNorm.state.prefixed("bn1")
            + blocks.flatMap { $0.block.state.prefixed($0.name) }
            + head.state.prefixed("embedding")
    }

    /// `[n, 3, h, w]` -> `[n, embeddingSize]`.
    public func callAsFunction(_ images: Tensor, training: Bool) -> Tensor {
        var features = stemNorm.rectified(stem(images, training: training), training: training)
        for (_, block) in blocks { features = block(features, training: training) }
        return head(features, training: training)
    }

    /// The rows of the paper's Table 1.
    public func layers(inputSize: Int) -> [LayerRow] {
        var table = LayerTable(inputSize: inputSize)
        table.add("conv_stem", stem, stemNorm)
        for (name, block) in blocks {
            table.add("\(name).conv_dw", block.depthwise, block.depthwiseNorm)
            table.add("\(name).conv_pw", block.pointwise, block.pointwiseNorm)
        }
        table.add("embedding", head)
        return table.rows
    }
}
