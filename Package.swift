// swift-tools-version: 6.2

import PackageDescription

/// Language features every Swift target is built with.
///
/// - `ExistentialAny` makes the cost of an existential visible where it is paid.
/// - `InternalImportsByDefault` keeps a module's dependencies out of its interface.
/// - `MemberImportVisibility` stops members leaking in through another file's import.
let swiftSettings: [SwiftSetting] =
    ["ExistentialAny", "InternalImportsByDefault", "MemberImportVisibility"].map {
        .enableUpcomingFeature($0)
    } + [.treatAllWarnings(as: .error)]

func library(
    _ name: String, needs dependencies: [Target.Dependency] = [], extra: [SwiftSetting] = []
) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings + extra)
}

func tests(_ name: String, needs dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: [.byName(name: name)] + dependencies,
        resources: [.copy("Fixtures")],
        swiftSettings: swiftSettings)
}

let package = Package(
    name: "facet",
    platforms: [.macOS(.v14)],
    products: [
        .executable(name: "facet", targets: ["facet"]),
        .library(name: "Torch", targets: ["Torch"]),
        .library(name: "FaceLosses", targets: ["FaceLosses"]),
        .library(name: "FaceModels", targets: ["FaceModels"]),
        .library(
            name: "FaceEmbedding",
            targets: ["FaceEmbedding", "FaceData", "FaceEvaluation", "FaceModels"]),
        .library(name: "FaceGallery", targets: ["FaceGallery", "FaceEvaluation"]),
        .library(
            name: "Facet",
            targets: [
                "SeededRandom", "FaceConfiguration", "FaceData", "FaceDetection", "FaceSynthesis",
                "FaceModels",
                "FaceLosses",
                "FaceTraining", "FaceEvaluation", "FaceStatistics", "FaceRuns", "FaceEmbedding",
                "FaceStudy", "FaceReport", "Documents", "FaceGallery",
            ]),
    ],
    targets: [
        // C libraries, found through pkg-config.
        .systemLibrary(name: "LibTorch", pkgConfig: "libtorch"),
        .systemLibrary(
            name: "TurboJPEG", pkgConfig: "libturbojpeg",
            providers: [.apt(["libturbojpeg0-dev"]), .brew(["jpeg-turbo"])]),
        .systemLibrary(
            name: "LibPNG", pkgConfig: "libpng",
            providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
        .systemLibrary(
            name: "LibWebP", pkgConfig: "libwebp",
            providers: [.apt(["libwebp-dev"]), .brew(["webp"])]),
        .systemLibrary(
            name: "LibZ", pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .systemLibrary(
            name: "LibZstd", pkgConfig: "libzstd",
            providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),

        .systemLibrary(
            name: "LibCrypto", pkgConfig: "libcrypto",
            providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
        .systemLibrary(
            name: "LibMicroHTTPD", pkgConfig: "libmicrohttpd",
            providers: [.apt(["libmicrohttpd-dev"]), .brew(["libmicrohttpd"])]),
        .systemLibrary(
            name: "LibSQLite", pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
        .systemLibrary(
            name: "LibONNX", pkgConfig: "protobuf",
            providers: [.apt(["libonnx-dev", "libprotobuf-dev"]), .brew(["onnx", "protobuf"])]),

        // Facet's side of a benchmark whose other side is a Python script beside it.
        .executableTarget(
            name: "training-benchmark",
            dependencies: ["CWaiting", "Torch", "FaceLosses", "FaceModels", "FaceTraining"],
            path: "Benchmarks/training",
            exclude: [
                "compare.py", "compare_gpu.py", "gpu_peer.py", "pytorch_peer.py", "subject.py",
                "GPU.md",
                "RESULTS.md", "RESULTS.json",
            ],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "head-benchmark", dependencies: ["Torch", "FaceLosses"],
            path: "Benchmarks/head", exclude: ["compare.py", "pytorch_peer.py", "RESULTS.md"],
            swiftSettings: swiftSettings),

        .executableTarget(
            name: "loading-benchmark",
            dependencies: ["Torch", "FaceData", "FaceModels", "TurboJPEG"],
            path: "Benchmarks/loading",
            exclude: [
                "compare.py", "pytorch_peer.py", "large_pack.py", "webdataset_peer.py",
                "RESULTS.md",
            ],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "verification-benchmark",
            dependencies: [
                "Torch", "FaceData", "FaceModels", "FaceEvaluation", "FaceEmbedding",
            ],
            path: "Benchmarks/verification",
            exclude: ["compare.py", "insightface_peer.py", "RESULTS.md"],
            swiftSettings: swiftSettings),

        .executableTarget(
            name: "embedding-benchmark",
            dependencies: ["CWaiting", "Torch", "FaceModels", "FaceEvaluation", "ModelExport"],
            path: "Benchmarks/embedding", exclude: ["compare.py", "onnx_peer.py", "RESULTS.md"],
            swiftSettings: swiftSettings),

        .executableTarget(
            name: "identification-benchmark",
            dependencies: ["Torch", "FaceData", "FaceEvaluation", "FaceEmbedding"],
            path: "Benchmarks/identification", exclude: ["compare.py", "README.md"],
            swiftSettings: swiftSettings),

        // How fast faces are found.
        .executableTarget(
            name: "detection-benchmark", dependencies: ["FaceData", "FaceDetection"],
            path: "Benchmarks/detection", exclude: ["compare.py", "peer.py", "RESULTS.md"],
            swiftSettings: swiftSettings),

        // How long one image takes.
        .executableTarget(
            name: "latency-benchmark",
            dependencies: ["Torch", "FaceData", "FaceModels", "FaceEmbedding"],
            path: "Benchmarks/latency", exclude: ["compare.py", "openvino_peer.py", "RESULTS.md"],
            swiftSettings: swiftSettings),

        // How many copies of pictures are found, and how fast.
        .executableTarget(
            name: "copies-benchmark", dependencies: ["SeededRandom", "FaceData"],
            path: "Benchmarks/copies", exclude: ["variants.py", "RESULTS.md"],
            swiftSettings: swiftSettings),

        // Whether tests reject and intervals cover as often as they say, on studies of known truth.
        .executableTarget(
            name: "statistics-benchmark", dependencies: ["SeededRandom", "FaceStatistics"],
            path: "Benchmarks/statistics", exclude: ["RESULTS.md"],
            swiftSettings: swiftSettings),

        // What a misspelt name was meant to be: for every message that refuses one.
        library("Spelling"),

        // What can be configured, declared once: keys, parameters, names.
        library("FaceConfiguration", needs: ["Spelling"]),

        // Numbers that may be anything become whole numbers, ranges and bytes; sorted ones are searched.
        library("SafeNumbers"),

        // What is in a ZIP archive, and where.
        library("ZipFiles", needs: ["Spelling"]),

        // Random numbers that a seed and a name decide about.
        library("SeededRandom"),

        // Files that survive: atomic replacement, checksums, locks.
        library("SafeFiles", needs: ["LibCrypto", "Spelling"]),

        // Pages for browsers on this machine.
        library("PageServer", needs: ["LibMicroHTTPD"]),

        // How long threads wait for work before they sleep: for programs that link it.
        .target(name: "CWaiting", publicHeadersPath: "include"),

        // The engine.
        .target(name: "CTorch", dependencies: ["LibTorch"], publicHeadersPath: "include"),
        // Processes that exchange tensors. Gloo's headers are not in LibTorch's wheel.
        .target(
            name: "CProcessGroup", dependencies: ["LibTorch"],
            exclude: ["declarations/README.md"], publicHeadersPath: "include",
            // As a dependency, CTorch would be a module, which a source of C++ cannot import.
            cxxSettings: [
                .headerSearchPath("declarations"), .headerSearchPath("../CTorch/include"),
            ]),
        library(
            "Torch", needs: ["CTorch", "CProcessGroup", "SafeFiles", "Spelling"],
            extra: [.strictMemorySafety()]),

        // Processes become one computation: who is who, what they add up, who is gone.
        library("Processes", needs: ["SafeFiles", "Torch"]),

        // Networks of other programs: their files, and what runs them, which is loaded when it is needed.
        // Debian describes protobuf to pkg-config, but not the library of ONNX's schema.
        .target(
            name: "CONNX", dependencies: ["LibONNX"], publicHeadersPath: "include",
            linkerSettings: [.linkedLibrary("onnx_proto"), .linkedLibrary("protobuf")]),
        library("ONNX", needs: ["CONNX", "SafeNumbers", "Spelling"]),
        .target(name: "COpenVINO", publicHeadersPath: "include"),
        library("OpenVINO", needs: ["COpenVINO"]),

        // What small detectors of faces compute.
        .target(name: "CDetection", publicHeadersPath: "include"),

        // Arithmetic on pixels and rows, the same bits on every processor.
        .target(name: "CVectors", publicHeadersPath: "include"),

        // Bytes become batches, batches become embeddings, embeddings become a loss.
        library(
            "FaceData",
            needs: [
                "CVectors",
                "SafeNumbers", "SafeFiles", "SeededRandom", "Spelling", "ZipFiles", "TurboJPEG",
                "LibPNG", "LibWebP", "LibZ", "LibZstd",
            ]),
        library(
            "FaceDetection",
            needs: ["CDetection", "ONNX", "OpenVINO", "SafeFiles", "Spelling", "FaceData"]),
        library("FaceSynthesis", needs: ["FaceData", "SafeFiles", "SeededRandom", "Spelling"]),
        library("FaceModels", needs: ["FaceConfiguration", "SafeNumbers", "Torch", "Spelling"]),
        library(
            "FaceLosses",
            needs: ["FaceConfiguration", "SafeNumbers", "SeededRandom", "Torch", "Spelling"]),

        // Other programs' files of weights.
        library(
            "ModelFormats",
            needs: [
                "ONNX", "SafeNumbers", "SafeFiles", "Spelling", "Torch", "FaceModels", "ZipFiles",
            ]),

        // A loss becomes a trained model, a model becomes numbers on a protocol.
        library(
            "FaceTraining",
            needs: [
                "FaceConfiguration", "SafeNumbers", "SafeFiles", "Spelling", "Torch", "Processes",
                "FaceData", "FaceModels", "FaceLosses",
            ]),
        library(
            "FaceEvaluation",
            needs: [
                "CVectors", "SafeNumbers", "SeededRandom", "Spelling", "FaceData", "FaceStatistics",
            ]),

        // Numbers become what they are worth.
        library("FaceStatistics", needs: ["SafeNumbers", "SeededRandom"]),

        // Many such runs become an answer.
        library(
            "FaceRuns",
            needs: ["FaceConfiguration", "SafeNumbers", "SafeFiles", "Spelling", "FaceEvaluation"]),
        library(
            "FaceEmbedding",
            needs: [
                "ModelFormats", "FaceLosses", "FaceConfiguration", "ONNX", "OpenVINO",
                "SafeNumbers",
                "SafeFiles", "Torch", "FaceData", "FaceModels", "FaceEvaluation", "FaceStatistics",
                "FaceRuns", "Spelling", "ZipFiles",
            ]),
        // Enrolled people.
        library(
            "FaceGallery",
            needs: [
                "LibSQLite", "SafeNumbers", "SafeFiles", "Spelling", "FaceData", "FaceEvaluation",
            ]),
        library(
            "ModelExport",
            needs: [
                "FaceEmbedding", "FaceEvaluation", "FaceData", "FaceModels", "FaceSynthesis",
                "ONNX", "OpenVINO", "SafeFiles", "Spelling", "Torch",
            ]),
        library(
            "FaceStudy",
            needs: [
                "FaceConfiguration", "SeededRandom", "ModelFormats",
                "SafeNumbers", "SafeFiles", "Torch", "Processes", "FaceData", "FaceSynthesis",
                "FaceModels", "FaceLosses",
                "FaceTraining", "FaceEvaluation", "FaceStatistics", "FaceRuns", "FaceEmbedding",
                "Spelling",
            ]),
        library("Charts", needs: ["SafeNumbers", "Spelling"]),
        library("Documents", needs: ["Spelling", "Charts"]),
        library(
            "FaceReport",
            needs: [
                "FaceConfiguration", "SafeNumbers", "SafeFiles", "Spelling", "FaceRuns",
                "FaceEvaluation", "FaceStatistics", "Charts", "Documents",
            ]),

        // The command line.
        library("CommandKit", needs: ["SafeNumbers", "Spelling"]),
        .executableTarget(
            name: "facet",
            dependencies: [
                "CWaiting", "FaceConfiguration", "SafeFiles", "Torch", "Processes", "FaceData",
                "FaceDetection", "FaceSynthesis",
                "FaceModels",
                "FaceLosses", "FaceTraining", "FaceEvaluation", "FaceRuns", "FaceEmbedding",
                "FaceStudy", "Documents", "FaceReport", "CommandKit", "ModelExport", "PageServer",
                "Spelling", "FaceGallery",
            ],
            swiftSettings: swiftSettings),

        .testTarget(
            name: "PageServerTests", dependencies: ["PageServer"], swiftSettings: swiftSettings),
        .testTarget(
            name: "CWaitingTests", dependencies: ["CWaiting", "Torch"], swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "SafeNumbersTests", dependencies: ["SafeNumbers"], swiftSettings: swiftSettings),
        .testTarget(
            name: "SafeFilesTests", dependencies: ["SafeFiles"], swiftSettings: swiftSettings),
        .testTarget(
            name: "FaceConfigurationTests", dependencies: ["FaceConfiguration"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "SpellingTests", dependencies: ["Spelling"], swiftSettings: swiftSettings),
        tests("SeededRandom"),
        .testTarget(
            name: "ZipFilesTests", dependencies: ["ZipFiles"], swiftSettings: swiftSettings),
        tests("Torch"),
        .target(
            name: "TestTeams", dependencies: ["Processes", "Torch"], path: "Tests/TestTeams",
            swiftSettings: swiftSettings),
        .testTarget(
            name: "ProcessesTests",
            dependencies: ["Processes", "SafeFiles", "TestTeams", "Torch"],
            swiftSettings: swiftSettings),
        tests("FaceData", needs: ["SafeFiles", "SeededRandom", "ZipFiles"]),
        tests("FaceDetection", needs: ["FaceData", "ONNX", "OpenVINO"]),
        tests("FaceSynthesis", needs: ["SafeFiles"]),
        tests("FaceModels", needs: ["Torch"]),
        tests("ModelFormats", needs: ["Torch", "FaceModels"]),
        tests("FaceLosses", needs: ["FaceConfiguration", "Torch"]),
        tests(
            "FaceTraining",
            needs: [
                "SeededRandom", "Torch", "FaceData", "FaceModels", "FaceLosses", "Processes",
                "TestTeams",
            ]),
        tests("FaceEvaluation", needs: ["SeededRandom", "FaceData", "FaceStatistics"]),
        tests("FaceStatistics", needs: ["SeededRandom"]),
        tests("FaceRuns", needs: ["FaceConfiguration", "SafeFiles", "FaceEvaluation"]),
        tests(
            "FaceStudy",
            needs: [
                "FaceConfiguration", "SeededRandom",
                "SafeFiles", "Torch", "Processes", "FaceData", "FaceSynthesis", "FaceModels",
                "FaceLosses", "FaceTraining", "FaceEvaluation", "FaceRuns", "FaceEmbedding",
                "TestTeams",
            ]),
        tests(
            "FaceEmbedding",
            needs: [
                "SeededRandom", "ONNX", "OpenVINO", "Torch", "FaceData", "FaceModels",
                "FaceLosses", "ModelFormats", "FaceEvaluation",
                "FaceStatistics", "FaceRuns",
            ]),
        .testTarget(
            name: "FaceGalleryTests",
            dependencies: ["FaceGallery", "FaceEvaluation", "LibSQLite", "SeededRandom"],
            swiftSettings: swiftSettings),
        tests(
            "ModelExport",
            needs: [
                "FaceEmbedding", "FaceEvaluation", "FaceData", "FaceModels", "ModelFormats",
                "ONNX", "OpenVINO", "Torch",
            ]),
        tests("Charts"),
        .testTarget(
            name: "DocumentsTests", dependencies: ["Documents"],
            swiftSettings: swiftSettings),
        tests(
            "FaceReport",
            needs: [
                "FaceConfiguration", "SafeFiles", "FaceRuns", "FaceEvaluation", "FaceStatistics",
                "Charts", "Documents",
            ]),
        tests("CommandKit"),
        .testTarget(
            name: "FacetTests",
            dependencies: [
                "SafeFiles", "SeededRandom", "facet", "FaceData", "FaceEvaluation", "FaceReport",
                "FaceRuns", "OpenVINO", "Torch",
            ],
            swiftSettings: swiftSettings),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx20
)
