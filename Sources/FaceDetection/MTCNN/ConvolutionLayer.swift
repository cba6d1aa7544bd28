import CDetection
import FaceData

/// A feature map, row by row with interleaved channels.
struct FeatureMap {
    let height: Int
    let width: Int
    /// Number of channels.
    let channels: Int
    /// Distance between adjacent pixels in ``values``; at least ``channels``.
    let stride: Int
    /// `height * width * stride` numbers.
    let values: [Float]

    /// Max-pooling with square windows and a step of 2.
    ///
    /// - Parameter endsEarly: Whether windows that extend beyond the map are left out; otherwise they are
    ///   cut off at its edge.
    func maxPooled(kernel: Int, endsEarly: Bool) -> FeatureMap {
        func length(_ length: Int) -> Int {
            endsEarly ? (length - kernel) / 2 + 1 : (length + 1) / 2
        }
        let (rows, columns) = (length(height), length(width))
        let count = rows * columns * stride
        let pooled = [Float](unsafeUninitializedCapacity: count) { buffer, filled in
            withHandle {
                cdetection_max_pool($0, kernel, rows, columns, buffer.baseAddress)
            }
            filled = count
        }
        return FeatureMap(
            height: rows, width: columns, channels: channels, stride: stride, values: pooled)
    }

    /// Some of the rows.
    func rows(_ range: Range<Int>) -> FeatureMap {
        guard range != 0..<height else { return self }
        let length = width * stride
        return FeatureMap(
            height: range.count, width: width, channels: channels, stride: stride,
            values: Array(values[range.lowerBound * length..<range.upperBound * length]))
    }

    fileprivate func withHandle(_ body: (cdetection_map) -> Void) {
        values.withUnsafeBufferPointer {
            body(
                cdetection_map(
                    values: $0.baseAddress, height: height, width: width, channels: channels,
                    stride: stride))
        }
    }
}

/// A square convolution without padding, with bias and optional PReLU. A fully connected layer is one
/// whose window is the whole map.
struct ConvolutionLayer: Sendable {
    /// Height and width of the window.
    let kernel: Int
    /// Number of input channels.
    let channels: Int
    /// Number of output channels.
    let outputs: Int

    /// `[padded / 16][kernel][kernel][channels][16]`.
    private let weights: [Float]
    private let bias: [Float]
    private let slopes: [Float]?

    /// Arranges weights for the vectorised kernel.
    ///
    /// - Parameters:
    ///   - bias: One number per output.
    ///   - slopes: The slopes of PReLU, one per output; nil without PReLU.
    ///   - weight: The weight of an output for a row and column of the window and a channel.
    init(
        kernel: Int, channels: Int, bias: [Float], slopes: [Float]?,
        weight: (_ output: Int, _ row: Int, _ column: Int, _ channel: Int) -> Float
    ) {
        (self.kernel, self.channels, outputs) = (kernel, channels, bias.count)
        let lanes = CDETECTION_LANES
        let padded = (bias.count + lanes - 1) / lanes * lanes
        var weights: [Float] = []
        weights.reserveCapacity(padded * kernel * kernel * channels)
        for first in stride(from: 0, to: padded, by: lanes) {
            for position in 0..<kernel * kernel {
                for channel in 0..<channels {
                    for output in first..<first + lanes {
                        weights.append(
                            output < bias.count
                                ? weight(output, position / kernel, position % kernel, channel) : 0)
                    }
                }
            }
        }
        self.weights = weights
        let padding = [Float](repeating: 0, count: padded - bias.count)
        self.bias = bias + padding
        self.slopes = slopes.map { $0 + padding }
    }

    /// The layer's outputs for every position of the window in a map, which must be at least as
    /// large.
    func callAsFunction(_ input: FeatureMap) -> FeatureMap {
        precondition(
            input.channels == channels && min(input.height, input.width) >= kernel,
            "a map that does not fit the layer")
        let (height, width) = (input.height - kernel + 1, input.width - kernel + 1)
        let count = height * width * bias.count
        let values = [Float](unsafeUninitializedCapacity: count) { buffer, filled in
            input.withHandle { map in
                if let slopes {
                    cdetection_convolve(
                        map, weights, bias, slopes, kernel, bias.count, buffer.baseAddress)
                } else {
                    cdetection_convolve(
                        map, weights, bias, nil, kernel, bias.count, buffer.baseAddress)
                }
            }
            filled = count
        }
        return FeatureMap(
            height: height, width: width, channels: outputs, stride: bias.count, values: values)
    }
}

extension RGBImage {
    /// A part of the picture, black outside it, resized as by OpenCV's INTER_AREA, with colours from
    /// -1 to 1.
    ///
    /// - Parameter rounded: Whether colours are rounded to bytes after resizing.
    func resized(
        left: Int, top: Int, width: Int, height: Int, toWidth: Int, toHeight: Int, rounded: Bool
    ) -> FeatureMap {
        let count = toHeight * toWidth * 3
        let values = [Float](unsafeUninitializedCapacity: count) { buffer, filled in
            pixels.withUnsafeBufferPointer { pixels in
                cdetection_resize(
                    cdetection_picture(
                        pixels: pixels.baseAddress, height: self.height, width: self.width),
                    cdetection_crop(
                        left: Int64(left), top: Int64(top), height: height, width: width),
                    toHeight, toWidth, rounded ? 1 : 0, buffer.baseAddress)
            }
            filled = count
        }
        return FeatureMap(
            height: toHeight, width: toWidth, channels: 3, stride: 3, values: values)
    }
}
