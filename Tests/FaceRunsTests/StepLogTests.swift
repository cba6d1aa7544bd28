import FaceRuns
import Foundation
import Testing

@Suite struct StepLogTests {
    private func step(_ number: Int) -> StepRecord {
        StepRecord(
            step: number, epoch: (number - 1) / 4 + 1, learningRate: 0.1 / 3,
            loss: 1 / Double(number), gradientNorm: .leastNonzeroMagnitude, accuracy: 1.0 / 3,
            accuracyWithMargin: 0)
    }

    @Test func numbersReadBackExactly() throws {
        try Samples.inTemporaryFolder { folder throws in
            let run = RunFolder(folder)
            #expect(try run.readSteps() == [])
            let log = try StepLog(run, keepingUpTo: 0)
            for number in 1...9 {
                try log.append(step(number))
                if number % 4 == 0 { try log.synchronize() }
            }
            try log.synchronize()
            #expect(try run.readSteps() == (1...9).map(step))
        }
    }

    @Test func aRunThatGoesOnKeepsWhatItsCheckpointHas() throws {
        for kept in 0...9 {
            try Samples.inTemporaryFolder { folder throws in
                let run = RunFolder(folder)
                let first = try StepLog(run, keepingUpTo: 0)
                for number in 1...9 { try first.append(step(number)) }
                try first.synchronize()
                let whole = try Data(contentsOf: run.stepsURL)
                // A line that was being written when the run was killed.
                try (whole + Data("10,3,0.0".utf8)).write(to: run.stepsURL)
                #expect(try run.readSteps().count == 9)
                let second = try StepLog(run, keepingUpTo: kept)
                for number in kept + 1..<10 { try second.append(step(number)) }
                try second.synchronize()
                #expect(try Data(contentsOf: run.stepsURL) == whole)
            }
        }
    }

    /// The header's 74 bytes and 466 lines of 35 bytes are a block of 16 KiB.
    @Test func linesAreWrittenOnceABlockIsFull() throws {
        let header = "step,epoch,learning_rate,loss,gradient_norm,accuracy,accuracy_with_margin\n"
        let lines = (1000...1465).map { "\($0),1,0.125,0.125,0.125,0.25,0.25\n" }
        let block = header + lines.joined()
        try #require(block.utf8.count == 16_384)
        try Samples.inTemporaryFolder { folder throws in
            let run = RunFolder(folder)
            let log = try StepLog(run, keepingUpTo: 0)
            func append(_ step: Int) throws {
                try log.append(
                    StepRecord(
                        step: step, epoch: 1, learningRate: 0.125, loss: 0.125,
                        gradientNorm: 0.125, accuracy: 0.25, accuracyWithMargin: 0.25))
            }
            for step in 1000...1464 { try append(step) }
            #expect(try Data(contentsOf: run.stepsURL).isEmpty)
            try append(1465)
            #expect(try String(contentsOf: run.stepsURL, encoding: .utf8) == block)
            try append(1466)
            #expect(try String(contentsOf: run.stepsURL, encoding: .utf8) == block)
            try log.synchronize()
            #expect(
                try String(contentsOf: run.stepsURL, encoding: .utf8)
                    == block + "1466,1,0.125,0.125,0.125,0.25,0.25\n")
        }
    }

    @Test func aLineThatIsNoStepIsNamed() throws {
        try Samples.inTemporaryFolder { folder throws in
            let run = RunFolder(folder)
            let log = try StepLog(run, keepingUpTo: 0)
            try log.append(step(1))
            try log.synchronize()
            let whole = try Data(contentsOf: run.stepsURL)
            try (whole + Data("2,1,x,1,1,1,1\n".utf8)).write(to: run.stepsURL)
            #expect(
                throws: FaceRunsError.damagedFile(
                    path: run.stepsURL.path, line: 3, reason: "not a step")
            ) { _ = try run.readSteps() }
        }
    }
}
