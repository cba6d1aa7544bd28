import CommandKit
import Testing

@Suite struct ProgressMeterTests {
    @Test func rateAndTimeLeftFollowTheSteps() {
        var meter = ProgressMeter(label: "epoch 3", total: 200, unit: "images", start: .zero)
        #expect(meter.rate == nil)
        #expect(meter.remaining == nil)
        meter.update(completed: 50, at: .seconds(5))
        meter.details = ["accuracy 9 %", "loss 2.10"]
        #expect(abs((meter.rate ?? 0) - 10) < 1e-9)
        #expect(abs((meter.remaining ?? 0) - 15) < 1e-9)
        #expect(
            meter.plainLine
                == "epoch 3: 50/200 images (25 %), 10.0/s, 0:15 left, accuracy 9 %, loss 2.10")
        #expect(
            meter.line(width: 80)
                == "epoch 3  25 %  accuracy 9 %  loss 2.10  50/200 images  10.0/s  0:15 left")
        #expect(
            meter.line(width: 70)
                == "epoch 3  [####.............]  25 %  accuracy 9 %  loss 2.10  0:15 left")
        #expect(meter.line(width: 40) == "epoch 3  25 %  accuracy 9 %  0:15 left")
        #expect(meter.line(width: 30) == "epoch 3  25 %  accuracy 9 %")
    }

    @Test func recentStepsWeighMore() {
        var meter = ProgressMeter(label: "", total: nil, unit: "", start: .zero)
        meter.update(completed: 100, at: .seconds(10))
        meter.update(completed: 1100, at: .seconds(20))
        let rate = meter.rate ?? 0
        #expect(rate > 55 && rate < 100)
    }

    @Test func lineFitsTheWidth() {
        var meter = ProgressMeter(label: "李雷", total: 1_000_000, unit: "images", start: .zero)
        meter.update(completed: 123_456, at: .seconds(60))
        meter.details = ["a long detail", "and one more"]
        for width in 0...120 { #expect(meter.line(width: width).displayWidth <= width) }
        #expect(meter.line(width: 120).contains("[###"))
        #expect(!meter.line(width: 50).contains("["))
    }

    @Test func aTrainingFitsEightyColumnsWithItsAccuracyFirst() {
        var meter = ProgressMeter(label: "  training", total: 10_000, unit: "steps", start: .zero)
        meter.update(completed: 1200, at: .seconds(500))
        meter.details = [
            "accuracy 91.23 %", "loss 2.310", "epoch 3", "1234 images/s", "with margin 45.00 %",
        ]
        #expect(
            meter.line(width: 79)
                == "  training  12 %  accuracy 91.23 %  loss 2.310  epoch 3  1:01:07 left")
    }

    @Test func oddTotalsDoNoHarm() {
        for (total, completed) in [(0, 0), (10, 20), (10, -5), (-1, 3)] {
            var meter = ProgressMeter(label: "x", total: total, unit: "", start: .zero)
            meter.update(completed: completed, at: .seconds(1))
            #expect(meter.fraction.map { (0...1).contains($0) } ?? true)
            #expect(meter.line(width: 80).hasPrefix("x"))
        }
        var unknown = ProgressMeter(label: "x", total: nil, unit: "faces", start: .zero)
        unknown.update(completed: 7, at: .seconds(1))
        #expect(unknown.line(width: 80) == "x  7 faces  7.00/s")
    }

    @Test func summaryTellsTheWhole() {
        var meter = ProgressMeter(label: "train", total: 2000, unit: "images", start: .seconds(3))
        meter.update(completed: 2000, at: .seconds(23))
        meter.details = ["loss 1.2"]
        #expect(meter.summary(at: .seconds(23)) == "train: 2,000 images in 0:20, 100/s, loss 1.2")
        #expect(meter.summary(at: .seconds(3)) == "train: 2,000 images in 0:00, loss 1.2")
    }

    @Test func numbersRead() {
        #expect(
            [0, 999, 1000, -1_234_567].map(ProgressMeter.format) == [
                "0", "999", "1,000", "-1,234,567",
            ])
        #expect(
            [0.123, 12.34, 99.96, 100, 12345.6].map(ProgressMeter.format(rate:))
                == ["0.12", "12.3", "100.0", "100", "12,346"])
        #expect(
            [-1, 0.4, 59.6, 3599, 3600, 86399, 86400, 1e300].map(ProgressMeter.format(seconds:))
                == [
                    "0:00", "0:00", "1:00", "59:59", "1:00:00", "23:59:59", "1 d 00:00",
                    "11574074 d 01:46",
                ])
    }
}
