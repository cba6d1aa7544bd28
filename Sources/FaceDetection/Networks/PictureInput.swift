import FaceData

/// A picture as input of a network: `[1][3][height][width]`.
struct PictureInput {
    /// Width of the input, in pixels.
    let width: Int
    /// Height of the input, in pixels.
    let height: Int
    /// Input pixels per pixel of the picture, horizontally.
    let scaleX: Double
    /// Input pixels per pixel of the picture, vertically.
    let scaleY: Double
    /// The normalised colours.
    let values: [Float]

    /// The normalisation of colours.
    struct Colours {
        /// Whether the channels are blue, green, red.
        var isBGR = false
        /// Mean of each channel, in the order of the channels.
        var mean: [Float] = [0, 0, 0]
        var standardDeviation: Float = 1
    }

    /// Stretches the picture so that both sides are multiples of `step`, for CenterFace; pictures with a
    /// side longer than `longest` are reduced.
    init(_ image: RGBImage, multipleOf step: Int, longest: Int, _ colours: Colours) {
        let factor = min(1, Double(longest) / Double(max(image.width, image.height)))
        func length(_ length: Int) -> Int {
            max(1, Int((Double(length) * factor / Double(step)).rounded(.up))) * step
        }
        let (width, height) = (length(image.width), length(image.height))
        self.init(
            image, partWidth: width, partHeight: height, width: width, height: height, colours)
    }

    /// Keeps the picture's size; pictures with a side longer than `longest` are reduced.
    init(_ image: RGBImage, longest: Int, _ colours: Colours) {
        let factor = min(1, Double(longest) / Double(max(image.width, image.height)))
        let width = max(1, Int((Double(image.width) * factor).rounded()))
        let height = max(1, Int((Double(image.height) * factor).rounded()))
        self.init(
            image, partWidth: width, partHeight: height, width: width, height: height, colours)
    }

    /// Fits the picture into the upper left corner of an input; the rest is black.
    init(_ image: RGBImage, within width: Int, _ height: Int, _ colours: Colours) {
        let isTall =
            Double(image.height) / Double(image.width) > Double(height) / Double(width)
        let ratio = Double(image.height) / Double(image.width)
        let (columns, rows) =
            isTall ? (Int(Double(height) / ratio), height) : (width, Int(Double(width) * ratio))
        self.init(
            image, partWidth: max(1, columns), partHeight: max(1, rows), width: width,
            height: height, colours)
    }

    private init(
        _ image: RGBImage, partWidth: Int, partHeight: Int, width: Int, height: Int,
        _ colours: Colours
    ) {
        (self.width, self.height) = (width, height)
        scaleX = Double(partWidth) / Double(image.width)
        scaleY = Double(partHeight) / Double(image.height)
        var values = colours.mean.flatMap { mean in
            [Float](repeating: -mean / colours.standardDeviation, count: height * width)
        }
        let (columns, rows) = (
            Self.neighbours(image.width, partWidth), Self.neighbours(image.height, partHeight)
        )
        image.pixels.withUnsafeBufferPointer { pixels in
            for (y, row) in rows.enumerated() {
                let (upper, lower) = (row.first * image.width, row.second * image.width)
                for (x, column) in columns.enumerated() {
                    for colour in 0..<3 {
                        func value(_ start: Int, _ column: Int) -> Int {
                            Int(pixels[(start + column) * 3 + colour])
                        }
                        let top =
                            value(upper, column.first) * column.weights.0
                            + value(upper, column.second) * column.weights.1
                        let bottom =
                            value(lower, column.first) * column.weights.0
                            + value(lower, column.second) * column.weights.1
                        let sum =
                            (row.weights.0 * (top >> 4)) >> 16
                            + (row.weights.1 * (bottom >> 4)) >> 16
                        let mean = Float((sum + 2) >> 2)
                        let plane = colours.isBGR ? 2 - colour : colour
                        values[(plane * height + y) * width + x] =
                            (mean - colours.mean[plane]) / colours.standardDeviation
                    }
                }
            }
        }
        self.values = values
    }

    /// The two pixels around each position of a resized row, relative to the centres of pixels, with weights in
    /// units of 1/2048: OpenCV's INTER_LINEAR for bytes, whose loss of precision changes scores by up to 0.002.
    private static func neighbours(
        _ source: Int, _ target: Int
    ) -> [(first: Int, second: Int, weights: (Int, Int))] {
        (0..<target).map { index in
            let position = (Double(index) + 0.5) * Double(source) / Double(target) - 0.5
            let first = Int(position.rounded(.down))
            guard first >= 0 else { return (0, 0, (2048, 0)) }
            guard first + 1 < source else { return (source - 1, source - 1, (2048, 0)) }
            let part = Float(position - Double(first))
            func weight(_ part: Float) -> Int { Int((part * 2048).rounded(.toNearestOrEven)) }
            return (first, first + 1, (weight(1 - part), weight(part)))
        }
    }

    /// Converts a face from coordinates of the input to those of the picture.
    func placed(_ face: DetectedFace) -> DetectedFace {
        DetectedFace(
            box: FaceBox(
                left: face.box.left / scaleX, top: face.box.top / scaleY,
                right: face.box.right / scaleX, bottom: face.box.bottom / scaleY),
            score: face.score,
            points: face.points.flatMap {
                FacePoints($0.points.map { .init($0.x / scaleX, $0.y / scaleY) })
            })
    }
}
