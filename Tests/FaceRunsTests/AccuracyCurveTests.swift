import FaceRuns
import Testing

@Suite("Epochs to the best model")
struct AccuracyCurveTests {
    private func curve(_ accuracies: [Double], test: String = "lfw") -> AccuracyCurve {
        let records = accuracies.enumerated().map { index, accuracy in
            var record = Samples.epoch(index + 1)
            record.tests = [
                EpochTest(name: "other", accuracy: 1 - accuracy, standardDeviation: 0, pairs: 10),
                EpochTest(name: "lfw", accuracy: accuracy, standardDeviation: 0, pairs: 10),
            ]
            return record
        }
        return AccuracyCurve(records, test: test)
    }

    @Test(
        "The first maximum, and the first epoch within 95 % of the way to it",
        arguments: [
            ([0.5, 0.7, 0.8, 0.79], 3, 3), ([0.5, 0.79, 0.8, 0.8], 3, 2), ([0.9, 0.8], 1, 1),
            ([0.6], 1, 1), ([0.5, 0.5, 0.5], 1, 1),
        ])
    func curves(_ accuracies: [Double], _ best: Int, _ near: Int) {
        let curve = curve(accuracies)
        #expect(curve.bestEpoch == best)
        #expect(curve.bestAccuracy == accuracies.max())
        #expect(curve.epochWithin95Percent == near)
        #expect(curve.accuracies == accuracies)
    }

    @Test("An epoch exactly 95 % of the way counts, and one just below does not")
    func band() {
        #expect(curve([0, 0.95, 1]).epochWithin95Percent == 2)
        #expect(curve([0, 0.9499, 1]).epochWithin95Percent == 3)
    }

    @Test("It is of the set that is asked for, and epochs without it do not count")
    func otherSet() {
        #expect(curve([0.9, 0.6], test: "other").bestEpoch == 2)
        var records = (1...3).map(Samples.epoch)
        records[0].tests = []
        #expect(AccuracyCurve(records, test: "lfw").bestEpoch == 2)
        #expect(AccuracyCurve(records, test: "lfw").epochWithin95Percent == 2)
    }

    @Test("No epoch, no best one")
    func empty() {
        #expect(curve([]).bestEpoch == 0 && curve([]).best == nil)
        #expect(curve([]).bestAccuracy == 0 && curve([]).epochWithin95Percent == 0)
    }
}
