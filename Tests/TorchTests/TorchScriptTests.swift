import Foundation
import Testing
import Torch

@Suite("Networks that PyTorch saved as TorchScript")
struct TorchScriptTests {
    private struct Golden: Decodable {
        var output: [Float]
        var unit: [Float]
    }

    private func url(_ name: String, _ ending: String = "pt") throws -> URL {
        try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: ending))
    }

    private func golden() throws -> Golden {
        try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url("scripts", "json")))
    }

    /// The images that `make_scripts.py` gave them.
    private var images: Tensor {
        let count = 2 * 3 * 8 * 8
        return Tensor((0..<count).map { Float($0 % 17) / 17 - 0.5 }, shape: [2, 3, 8, 8])
    }

    @Test("They give what PyTorch says they give, in evaluation mode")
    func output() throws {
        let network = try TorchScript(url("network"))
        let output = try withoutGradients { try network(images) }
        #expect(output.shape == [2, 6])
        for (value, expected) in zip(output.array(of: Float.self), try golden().output) {
            #expect(abs(value - expected) < 1e-5)
        }
    }

    @Test("Of several outputs the first counts")
    func tuple() throws {
        let network = try TorchScript(url("tuple"))
        #expect(network.outputCount == 2)
        #expect(try TorchScript(url("network")).outputCount == 1)
        let output = try withoutGradients { try network(images) }
        for (value, expected) in zip(output.array(of: Float.self), try golden().unit) {
            #expect(abs(value - expected) < 1e-5)
        }
    }

    @Test("A file that is not a network is one sentence")
    func damaged() throws {
        let whole = try Data(contentsOf: url("network"))
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("torchscript-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let cut = folder.appendingPathComponent("cut.pt")
        try whole.prefix(whole.count / 2).write(to: cut)
        let empty = folder.appendingPathComponent("empty.pt")
        try Data().write(to: empty)
        for file in [cut, empty, try url("weights"), try url("scripts", "json")] {
            let error = #expect(throws: TorchError.self) { try TorchScript(file) }
            let text = try #require(error).description
            #expect(text.contains("'\(file.path)' is not a TorchScript network: "))
            #expect(text.contains("torch.jit.trace"))
            #expect(!text.contains("\n"))
        }
        let none = folder.appendingPathComponent("none.pt")
        let reason = "the file does not exist or cannot be read"
        #expect(throws: TorchError.file(path: none.path, reason: reason)) { try TorchScript(none) }
    }

    @Test("A network that refuses its input, or gives no tensor, says why")
    func refused() throws {
        let fixed = try TorchScript(url("fixed"))
        let large = Tensor.zeros([1, 3, 16, 16])
        let error = #expect(throws: TorchError.self) { try withoutGradients { try fixed(large) } }
        guard case .scriptFailed(_, let reason) = try #require(error) else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(reason.contains("768"), "\(reason)")
        let text = try TorchScript(url("text"))
        #expect(
            throws: TorchError.scriptFailed(
                path: try url("text").path, reason: "its output is String and no tensor")
        ) { try text(images) }
    }
}
