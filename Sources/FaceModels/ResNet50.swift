public import Torch

/// ResNet-50 (He et al. 2016, Table 1): bottleneck blocks with identity shortcuts.
///
/// By default a stage's stride lies on its first 1x1 convolution, as in the paper; on request on
/// its 3x3 convolution, as torchvision and timm have it ("v1.5"). Parameters bear torchvision's
/// names.
public final class ResNet50: Backbone {
    /// 1x1, 3x3 and 1x1 convolutions beside a shortcut.
    final class Bottleneck {
        let convolutions: [Convolution]
        let norms: [BatchNormalization]
        let shortcut: (convolution: Convolution, norm: BatchNormalization)?

        init(
            inputs: Int, width: Int, outputs: Int, stride: Int, on place: BackboneOptions.Stride,
            initial: InitialWeights
        ) {
            func convolution(_ number: Int, _ from: Int, _ to: Int, _ kernel: Int, _ stride: Int)
                -> Convolution
            {
                Convolution(
                    inputs: from, outputs: to, kernel: kernel, stride: stride,
                    initial: initial.child("conv\(number)"))
            }
            convolutions = [
                convolution(1, inputs, width, 1, place == .first ? stride : 1),
                convolution(2, width, width, 3, place == .middle ? stride : 1),
                convolution(3, width, outputs, 1, 1),
            ]
            norms = [width, width, outputs].enumerated().map {
                BatchNormalization(channels: $1, initial: initial.child("bn\($0 + 1)"))
            }
            shortcut =
                stride == 1 && inputs == outputs
                ? nil
                : (
                    Convolution(
                        inputs: inputs, outputs: outputs, kernel: 1, stride: stride,
                        initial: initial.child("downsample.0")),
                    BatchNormalization(
                        channels: outputs, initial: initial.child("downsample.1"))
                )
        }

        var state: [StateEntry] {
            var entries: [StateEntry] = []
            for index in convolutions.indices {
                entries += convolutions[index].state.prefixed("conv\(index + 1)")
                entries += norms[index].state.prefixed("bn\(index + 1)")
            }
            guard let shortcut else { return entries }
            return entries + shortcut.convolution.state.prefixed("downsample.0")
                + shortcut.norm.state.prefixed("downsample.1")
        }

        func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
            var features = input
            for index in 0..<2 {
                features = norms[index].rectified(
                    convolutions[index](features, training: training), training: training)
            }
            let residual =
                shortcut.map {
                    $0.norm($0.convolution(input, training: training), training: training)
                } ?? input
            return norms[2].rectified(
                convolutions[2](features, training: training), adding: residual,
                training: training)
        }
    }

    /// Blocks and bottleneck channels of each stage.
    private static let stages = [(3, 64), (4, 128), (6, 256), (3, 512)]

    private let stem: Convolution
    private let stemNorm: BatchNormalization
    private let blocks: [(name: String, block: Bottleneck)]
    private let head: EmbeddingHead

    /// Creates a network with fresh weights.
    public init(_ options: BackboneOptions, initial: InitialWeights) {
        var inputs = options.channels(64)
        stem = Convolution(
            inputs: 3, outputs: inputs, kernel: 7, stride: 2, initial: initial.child("conv1"))
        stemNorm = BatchNormalization(channels: inputs, initial: initial.child("bn1"))
        var blocks: [(String, Bottleneck)] = []
        for (stage, (count, width)) in Self.stages.enumerated() {
            for index in 0..<count {
                let name = "layer\(stage + 1).\(index)"
                let outputs = 4 * options.channels(width)
                blocks.append(
                    (
                        name,
                        Bottleneck(
                            inputs: inputs, width: options.channels(width), outputs: outputs,
                            stride: stage > 0 && index == 0 ? 2 : 1, on: options.stride,
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

    /// Parameters and buffers under torchvision's names.
    public var state: [StateEntry] {
        stem.state.prefixed("conv1") + stemNorm.state.prefixed("bn1")
            + blocks.flatMap { $0.block.state.prefixed($0.name) }
            + head.state.prefixed("embedding")
    }

    /// `[n, 3, h, w]` -> `[n, embeddingSize]`.
    public func callAsFunction(_ images: Tensor, training: Bool) -> Tensor {
        var features = stemNorm.rectified(stem(images, training: training), training: training)
            .maxPooled(kernel: 3, stride: 2, padding: 1)
        for (_, block) in blocks { features = block(features, training: training) }
        return head(features, training: training)
    }

    /// The rows of the paper's Table 1, a convolution each.
    public func layers(inputSize: Int) -> [LayerRow] {
        var table = LayerTable(inputSize: inputSize)
        table.add("conv1", stem, stemNorm)
        table.addMaxPool("maxpool")
        for (name, block) in blocks {
            if let shortcut = block.shortcut {
                table.addBeside("\(name).downsample", shortcut.convolution, shortcut.norm)
            }
            for (index, convolution) in block.convolutions.enumerated() {
                table.add("\(name).conv\(index + 1)", convolution, block.norms[index])
            }
        }
        table.add("embedding", head)
        return table.rows
    }
}
