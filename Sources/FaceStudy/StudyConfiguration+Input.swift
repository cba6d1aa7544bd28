import FaceConfiguration
public import FaceModels

extension StudyConfiguration {
    /// The conversion of images' bytes to network input.
    public struct Input: Codable, Sendable, Hashable {
        /// Order of the channels.
        public var colour: ColourOrder
        /// Subtracted from each byte; 0...255.
        public var mean: Double
        /// The divisor of the difference; 0.1...10,000.
        public var standardDeviation: Double

        /// Creates an input format; the default is arcface_torch's, with values from -1 to 1.
        public init(
            colour: ColourOrder = .rgb, mean: Double = 127.5, standardDeviation: Double = 127.5
        ) {
            self.colour = colour
            self.mean = mean
            self.standardDeviation = standardDeviation
        }

        // The names in study files.
        private enum CodingKeys: String, CodingKey {
            case colour, mean
            case standardDeviation = "deviation"
        }

        /// The same as a normalisation of networks.
        public var normalization: InputNormalization {
            InputNormalization(mean: mean, standardDeviation: standardDeviation, order: colour)
        }
    }
}

extension StudyConfiguration.Input {
    /// Flags that set the format of a network's input.
    public static let flags = keys.all.compactMap { $0.flag?.name }

    /// The keys of the input.
    static let keys = ConfigurationKeys(
        Self(),
        [
            .word(
                "colour", \.colour, flag: .init("--colour", "NAME"),
                "order of the channels that the network expects"),
            .number(
                "mean", \.mean, in: .range(0...255), flag: .init("--input-mean", "X"),
                "subtracted from each byte"),
            .number(
                "deviation", \.standardDeviation, in: .range(0.1...10_000),
                flag: .init("--input-deviation", "X"), "divisor of the difference"),
        ])
}
