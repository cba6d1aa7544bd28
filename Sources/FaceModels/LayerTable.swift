/// The layers of a network with their sizes, in the rows of its paper.
public struct LayerTable: Codable, Hashable, Sendable {
    /// Size of a feature map.
    public struct Size: Codable, Hashable, Sendable, CustomStringConvertible {
        /// Number of channels.
        public var channels: Int
        /// Height, in pixels.
        public var height: Int
        /// Width, in pixels.
        public var width: Int

        /// `112x112x3`: height, width and channels.
        public var description: String { "\(height)x\(width)x\(channels)" }
    }

    /// One layer, or one stage of equal blocks.
    public struct Row: Codable, Hashable, Sendable {
        /// Name of the layer in the paper, e.g. `conv2_x` or `Conv dw`.
        public var layer: String
        /// Shape of its filters as the paper writes it, e.g. `3x3x32 dw`.
        public var filter: String
        /// Factor by which the output is smaller than the input, along each side.
        public var stride: Int
        /// Size of the input.
        public var input: Size
        /// Size of the output.
        public var output: Size
        /// Number of trainable parameters, normalisations included.
        public var parameters: Int
        /// Multiply-adds of one image, in convolutions, fully connected layers and the products of
        /// attention.
        public var multiplyAdds: Int
        /// Approximate number of values per image that a training step keeps for the backward pass.
        public var activations: Int
    }

    /// The rows, from the image to the embedding.
    public var rows: [Row]

    /// Number of trainable parameters in all rows.
    public var parameters: Int { rows.reduce(0) { $0 + $1.parameters } }
    /// Multiply-adds of one image in all rows.
    public var multiplyAdds: Int { rows.reduce(0) { $0 + $1.multiplyAdds } }
    /// Approximate number of values per image that a training step keeps for the backward pass, in
    /// all rows.
    public var activations: Int { rows.reduce(0) { $0 + $1.activations } }

    /// Approximate number of bytes that a training step in `float32` needs: parameters, their gradients and their
    /// momentum buffers, and the activations kept for the backward pass.
    ///
    /// Memory used by allocators and kernels is not included.
    public func trainingBytes(batchSize: Int) -> Int {
        MemoryLayout<Float>.size * (3 * parameters + batchSize * activations)
    }
}

extension LayerTable: CustomStringConvertible {
    /// The table as aligned text, with its sums in the last line.
    public var description: String {
        let header = ["layer", "filter", "stride", "input", "output", "parameters", "mult-adds"]
        let body = rows.map { row in
            [
                row.layer, row.filter, "\(row.stride)", "\(row.input)", "\(row.output)",
                "\(row.parameters)", "\(row.multiplyAdds)",
            ]
        }
        let sums = ["", "", "", "", "sum", "\(parameters)", "\(multiplyAdds)"]
        let lines = [header] + body + [sums]
        let widths = header.indices.map { column in
            lines.map { $0[column].count }.max() ?? 0
        }
        return lines.map { Self.line($0, widths) }.joined(separator: "\n")
    }

    /// The two text columns are aligned left, numbers right.
    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        zip(cells, widths).enumerated().map { column, cell in
            let padding = String(repeating: " ", count: cell.1 - cell.0.count)
            return column < 2 ? cell.0 + padding : padding + cell.0
        }.joined(separator: "  ")
    }
}
