import FaceRuns
import FaceTraining
import Foundation
import Testing
import Torch

@testable import FaceStudy
import FaceModels

@Suite("What a checkpoint says of its run")
struct RunFingerprintTests {
    private func fingerprint(
        threads: Int = 2, rate: Double = 0.1, data: String = "abc", labels: String? = "def"
    ) throws -> RunFingerprint {
        var training = TrainingConfiguration()
        training.schedule.peak = rate
        return try RunFingerprint(
            .init(
                identity: RunIdentity(
                    trainSet: "faces", backbone: "resnet50", loss: "softmax", sampler: "shuffle",
                    seed: 1),
                loss: ["s": "1"], training: training,
                compute: ComputeConfiguration(
                    device: .cpu, precision: .float32, memoryFormat: .channelsLast,
                    threads: threads),
                inputSize: 112, data: data, labels: labels, heldOut: 0))
    }

    /// What the version before wrote: all of the configuration, and no labels.
    private func old(_ change: (inout [String: Any]) -> Void = { _ in }) throws -> String {
        let text = try fingerprint().text
        var object = try #require(
            JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        object["labels"] = nil
        var compute = try #require(object["compute"] as? [String: Any])
        #expect(compute["threads"] == nil)
        compute["threads"] = 8
        compute["device"] = "cpu"
        object["compute"] = compute
        change(&object)
        return String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
    }

    @Test("Threads and former versions' words make no other run")
    func same() throws {
        let mine = try fingerprint()
        #expect(try fingerprint(threads: 7).text == mine.text)
        #expect(mine.difference(from: mine.text) == nil)
        #expect(mine.difference(from: try old()) == nil)
        // An option that a former version did not know.
        #expect(
            mine.difference(
                from: try old { object in
                    var training = object["training"] as? [String: Any] ?? [:]
                    training["flip"] = nil
                    object["training"] = training
                }) == nil)
        #expect(try fingerprint(labels: "x").difference(from: try old()) == nil)
    }

    @Test("Parameters of losses had other names in former versions")
    func formerNames() throws {
        func fingerprint(_ loss: String, _ values: [String: String]) throws -> RunFingerprint {
            try RunFingerprint(
                .init(
                    identity: RunIdentity(
                        trainSet: "faces", backbone: "resnet50", loss: loss, sampler: "shuffle",
                        seed: 1),
                    loss: values, training: TrainingConfiguration(),
                    compute: ComputeConfiguration(
                        device: .cpu, precision: .float32, memoryFormat: .channelsLast, threads: 2),
                    inputSize: 112, data: "abc", labels: "def", heldOut: 0))
        }
        let mine = try fingerprint(
            "arcface:fallback=none,scaleWarmup=0", ["fallback": "none", "scaleWarmup": "0"])
        let old = try fingerprint(
            "arcface:beyond=none,rise=0", ["beyond": "none", "rise": "0"])
        #expect(mine.difference(from: old.text) == nil)
        let other = try fingerprint(
            "arcface:beyond=none,rise=0.5", ["beyond": "none", "rise": "0.5"])
        #expect(mine.difference(from: other.text)?.contains("loss was") == true)
    }

    @Test("A device of the same kind is no other one")
    func devices() {
        #expect(DeviceKind.name("cuda:1") == DeviceKind.name("cuda:0 (NVIDIA H100)"))
        #expect(DeviceKind.name("cpu") != DeviceKind.name("cuda:0"))
    }

    @Test("Rates, data and labels make another run, which is named")
    func other() throws {
        let mine = try fingerprint()
        #expect(
            try fingerprint(rate: 0.05).difference(from: mine.text)
                == "it was written with a different configuration (peak was 0.1, now 0.05)")
        #expect(
            try fingerprint(rate: 0.05).difference(from: try old())
                == "it was written with a different configuration (peak was 0.1, now 0.05)")
        #expect(
            try fingerprint(data: "xyz").difference(from: try old())?.contains("data was \"abc\"")
                == true)
        #expect(
            try fingerprint(labels: "xyz").difference(from: mine.text)?.contains("labels") == true)
        #expect(
            mine.difference(
                from: try old { object in
                    object["compute"] = ["device": "cuda:0", "precision": "float32"]
                })?.contains("device was \"cuda\", now \"cpu\"") == true)
        #expect(mine.difference(from: "toy") == "it was written with a different configuration")
        #expect(mine.difference(from: "") == "it was written with a different configuration")
    }
}
