/// Quantities of a loss that change during a run, at one step: its margin, its scale, and
/// others that it reports.
///
/// ```swift
/// let state: LossState = [.margin: 0.5, .scale: 32]
/// state[.scale]   // 32
/// ```
public struct LossState: Sendable, Hashable {
    /// One of the quantities, identified by its name in records and checkpoints.
    ///
    /// A user-defined loss may have others: `LossState.Quantity("spread")`.
    public struct Quantity: Sendable, Hashable {
        /// The name in records; a term's quantity has the term's name and a dot as prefix.
        public let name: String

        /// Creates a quantity by its name in records.
        public init(_ name: String) { self.name = name }

        /// Fraction of the batch's hinges that are above 0; 0...1.
        public static let activeFraction = Quantity("active")
        /// A trained bias.
        public static let bias = Quantity("bias")
        /// Mean squared distance to the class centers.
        public static let distance = Quantity("distance")
        /// Weight of the plain cosine relative to the modified one (A-Softmax, L-Softmax).
        public static let lambda = Quantity("lambda")
        /// The margin, in the loss's unit.
        public static let margin = Quantity("margin")
        /// Norm of the embeddings, trained or as measured.
        public static let norm = Quantity("norm")
        /// The scale of the cosines; above 0.
        public static let scale = Quantity("scale")
        /// CurricularFace's t, a moving average of the target cosines.
        public static let t = Quantity("t")
        /// A trained threshold, as a cosine.
        public static let threshold = Quantity("threshold")

        /// The value of a term that is added to the loss.
        public static func term(_ name: String) -> Quantity { Quantity(name) }

        /// A quantity of a term that is added to the loss.
        public static func term(_ name: String, _ quantity: Quantity) -> Quantity {
            Quantity("\(name).\(quantity.name)")
        }

        /// Whether it is ``activeFraction``, of the loss or of a term.
        public var isActiveFraction: Bool {
            self == .activeFraction || name.hasSuffix(".\(Self.activeFraction.name)")
        }
    }

    private var values: [Quantity: Double] = [:]

    /// Creates a state without quantities.
    public init() {}

    /// The value of a quantity; nil when the loss has none.
    public subscript(_ quantity: Quantity) -> Double? {
        get { values[quantity] }
        set { values[quantity] = newValue }
    }

    /// Whether the state has no quantities.
    public var isEmpty: Bool { values.isEmpty }

    /// Adds the value of a term of the loss, and the term's state under its name.
    public mutating func add(term name: String, of value: Double, _ state: LossState) {
        values[.term(name)] = value
        for (quantity, value) in state.values { values[.term(name, quantity)] = value }
    }

    // MARK: Records

    /// The values by their names in records.
    public var record: [String: Double] {
        Dictionary(uniqueKeysWithValues: values.map { ($0.name, $1) })
    }

    /// Reads the values of a record.
    public init(record: [String: Double]) {
        values = Dictionary(uniqueKeysWithValues: record.map { (Quantity($0), $1) })
    }

    // MARK: Arithmetic

    /// The fractions of active hinges only, which are averaged over steps, whereas the last value is used
    /// for other quantities.
    public var activeFractions: LossState {
        var result = LossState()
        result.values = values.filter { $0.key.isActiveFraction }
        return result
    }

    /// The state with every value multiplied by `factor`.
    public func multiplied(by factor: Double) -> LossState { map { $0 * factor } }

    /// The state with every value divided by `divisor`.
    public func divided(by divisor: Double) -> LossState { map { $0 / divisor } }

    /// The sums of both states' values; a quantity that only one has is unchanged.
    public func adding(_ other: LossState) -> LossState { merging(other, +) }

    /// The state with another's values replacing its own.
    public func replacing(_ other: LossState) -> LossState { merging(other) { $1 } }

    private func map(_ transform: (Double) -> Double) -> LossState {
        var result = self
        result.values = values.mapValues(transform)
        return result
    }

    private func merging(
        _ other: LossState, _ combine: (Double, Double) -> Double
    ) -> LossState {
        var result = self
        result.values.merge(other.values, uniquingKeysWith: combine)
        return result
    }
}

extension LossState: ExpressibleByDictionaryLiteral {
    /// Creates a state from distinct quantities.
    public init(dictionaryLiteral elements: (Quantity, Double)...) {
        values = Dictionary(uniqueKeysWithValues: elements)
    }
}

extension LossState: Codable {
    /// Reads an object of numbers by the quantities' names.
    public init(from decoder: any Decoder) throws {
        self.init(record: try [String: Double](from: decoder))
    }

    /// Writes an object of numbers by the quantities' names.
    public func encode(to encoder: any Encoder) throws { try record.encode(to: encoder) }
}
