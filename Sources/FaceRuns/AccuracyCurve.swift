/// The accuracy of a run on one test set after each of its epochs, and when it was highest.
public struct AccuracyCurve: Sendable, Hashable {
    /// Records of the epochs that were tested on the set, in their order.
    public let records: [EpochRecord]
    /// Accuracy after each of those epochs; 0...1.
    public let accuracies: [Double]
    /// Index of the first of the highest accuracies among them; nil if none was tested.
    public let best: Int?

    /// Reads the curve of a test set.
    public init(_ records: [EpochRecord], test: String) {
        self.init(records) { record in record.tests.named(test)?.accuracy }
    }

    /// Reads the curve of whatever was measured after an epoch; nil if it was not.
    public init(_ records: [EpochRecord], accuracy: (EpochRecord) -> Double?) {
        let tested = records.compactMap { record in
            accuracy(record).map { (record: record, accuracy: $0) }
        }
        self.records = tested.map(\.record)
        accuracies = tested.map(\.accuracy)
        best = accuracies.max().flatMap(accuracies.firstIndex)
    }

    /// First epoch with the highest accuracy, which the paper counts; 0 if none was tested. On a
    /// flat curve it is where the noise has its maximum.
    public var bestEpoch: Int { best.map { records[$0].epoch } ?? 0 }

    /// The highest accuracy, chosen on the test set; 0 if none was tested.
    public var bestAccuracy: Double { best.map { accuracies[$0] } ?? 0 }

    /// First epoch that is at least 95 % of the way from the first epoch's accuracy to the highest; 0
    /// where none was tested.
    public var epochWithin95Percent: Int {
        guard let first = accuracies.first else { return 0 }
        let band = first + 0.95 * (bestAccuracy - first)
        return accuracies.firstIndex { $0 >= band }.map { records[$0].epoch } ?? 0
    }
}
