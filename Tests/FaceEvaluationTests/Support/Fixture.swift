import Foundation

/// Values that the scripts in `Fixtures` made, in JSON.
enum Fixture {
    /// Reads a file of them; nil if it is missing or says something else.
    static func read<Content: Decodable>(_ name: String) -> Content? {
        guard
            let url = Bundle.module.url(
                forResource: name, withExtension: "json", subdirectory: "Fixtures"),
            let data = try? Data(contentsOf: url)
        else { return nil }
        return try? JSONDecoder().decode(Content.self, from: data)
    }
}
