import FaceLosses
import Foundation
import Testing
import Torch

@Suite("Files of heads")
struct HeadFileTests {
    private func withFile<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("\(UUID().uuidString).safetensors")
        defer { try? FileManager.default.removeItem(at: url) }
        return try body(url)
    }

    private func loss(_ name: String = "subcenter:k=2") throws -> any FaceLoss {
        try LossCatalogue.make(
            LossSpecification(parsing: name), classes: 3, embeddingSize: 4,
            initial: InitialWeights(seed: 1, path: "head"), head: HeadOptions())
    }

    @Test("A head comes back with its weights and the identities' names")
    func roundTrip() throws {
        let names = ["Ada \"Countess\" Lovelace", "Grace_Hopper", "Émilie/du Châtelet"]
        let loss = try loss()
        let content = try withFile { url in
            try HeadFile.write(
                loss.state, loss: "subcenter:k=2", identities: names, origin: ["train_set": "x"],
                to: url)
            return try HeadFile.read(url)
        }
        #expect(content.identities == names && content.loss == "subcenter:k=2")
        #expect(
            content.tensors["weight"]?.array(of: Float.self)
                == loss.state[0].tensor.array(of: Float.self))
    }

    @Test("A file that is not a head, or another's, is refused in one sentence")
    func refusal() throws {
        let loss = try loss("arcface")
        try withFile { url in
            try Safetensors.write(loss.state, to: url)
            let error = #expect(throws: FaceLossesError.self) { try HeadFile.read(url) }
            #expect(error?.description.contains("does not record its loss and identities") == true)
            try HeadFile.write(loss.state, loss: "arcface", identities: ["a", "b"], to: url)
            let other = #expect(throws: FaceLossesError.self) { try HeadFile.read(url) }
            #expect(other?.description.contains("[3, 4] does not fit its 2 identities") == true)
            try Data("nothing".utf8).write(to: url)
            #expect(throws: TorchError.self) { try HeadFile.read(url) }
        }
    }
}
