import CommandKit

/// Options of other programs for training and testing networks, with their equivalents here.
enum OptionsElsewhere {
    // MARK: Options that exist here

    static let threads = [
        "--workers", "--num-workers", "--n-workers", "--jobs", "-j", "--num-threads", "--cpus",
        "--nproc", "--decode-threads", "--dataloader-workers", "--data-workers", "--loader-workers",
    ]
    static let precision = [
        "--fp16", "--fp32", "--amp", "--half", "--bf16", "--use-amp", "--mixed-precision",
        "--dtype", "--float16", "--bfloat16", "--autocast", "--use-fp16", "--half-precision",
    ]
    static let device = [
        "--gpu", "--gpus", "--gpu-id", "--gpu-ids", "--cuda", "--use-gpu", "--devices", "--no-cuda",
        "--accelerator", "--ctx", "--context", "--use-cuda", "--device-id", "--device-ids", "--cpu",
    ]
    static let batchSize = [
        "--batch", "--bs", "-b", "--batches", "--train-batch-size", "--per-batch-size",
        "--mini-batch-size", "--mini-batch", "--images-per-batch", "--per-device-train-batch-size",
        "--batch-per-gpu",
    ]
    static let learningRate = [
        "--lr", "--base-lr", "--init-lr", "--initial-lr", "--lr-init", "--peak-lr", "--max-lr",
        "--eta",
    ]
    static let backbone = [
        "--arch", "--architecture", "-a", "--network", "--net", "--model", "--model-name",
        "--encoder",
        "--backbone-type", "--backbone-name",
    ]
    static let loss = [
        "--loss-type", "--loss-name", "--loss-fn", "--loss-function", "--criterion", "--head",
        "--head-type", "--margin-type", "--objective",
    ]
    static let output = [
        "--out", "-o", "--out-dir", "--output-dir", "--outdir", "--output-path", "--output-folder",
        "--save-dir", "--save-path", "--save", "--work-dir", "--workspace", "--results",
        "--results-dir", "--exp-name", "--experiment", "--run-name", "--ckpt-dir",
        "--checkpoint-dir",
        "--model-dir", "--project", "--prefix",
    ]
    static let config = ["--config-file", "--cfg", "-c", "--configuration", "--yaml", "--hparams"]
    static let trainSet = [
        "--data", "--dataset", "--data-dir", "--data-path", "--data-root", "--dataset-dir",
        "--train-dir", "--train-set", "--train-data", "--train-path", "--train-root", "--root",
        "--rec", "--root-dir", "--datasets", "--data-folder",
    ]
    static let testSet = [
        "--val", "--val-set", "--val-data", "--val-dir", "--val-path", "--val-targets", "--valid",
        "--validation-set", "--eval", "--eval-set", "--eval-data", "--eval-dir", "--eval-path",
        "--test-set", "--test-data", "--test-dir", "--test-path", "--targets", "--target",
        "--lfw-dir",
        "--lfw-pairs", "--pairs", "--benchmark", "--protocol",
    ]
    static let inputSize = [
        "--image-size", "--img-size", "--imgsz", "--img", "--size", "--resolution", "--input-shape",
        "--image-shape", "--crop-size", "--input-resolution",
    ]
    static let epochs = [
        "--num-epochs", "--num-epoch", "--n-epochs", "--nepochs", "--max-epochs", "--max-epoch",
        "--end-epoch", "--total-epochs", "-e", "--train-epochs", "--epoch-num", "--nb-epoch",
        "--nb-epochs", "--max-nrof-epochs", "--epochs-num",
    ]
    static let seeds = [
        "--random-seed", "--manual-seed", "--rng-seed", "--num-seeds", "--repeats", "--repeat",
        "--trials",
    ]
    static let classRate = ["--sample-rate", "--partial-fc", "--pfc", "--sampling-rate"]
    static let sampler = ["--batch-sampler", "--data-sampler", "--triplet-sampler"]

    /// Other programs' names for flags of a study's keys.
    static let ofFlags = [
        "--backbones": backbone, "--losses": loss, "--sampler": sampler, "--seeds": seeds,
        "--epochs": epochs, "--batch-size": batchSize, "--learning-rate": learningRate,
        "--input-size": inputSize, "--class-rate": classRate, "--precision": precision,
        "--device": device, "--threads": threads,
    ]

    // MARK: Options with another equivalent

    private static func file(_ what: String, _ key: String) -> String {
        "\(what) is \(key) in a study file: --config FILE"
    }

    /// Hints of a command that trains.
    static let training = [
        AbsentOption(
            ["--optim", "--opt", "--adam", "--adamw", "--sgd", "--solver", "--lion", "--lamb"],
            instead: "--optimizer NAME chooses sgd or adamw, whose settings are "
                + "training.optimizer and training.adamw in a study file: --config FILE"),
        AbsentOption(
            ["--wd", "--weight-decay", "--decay", "--l2"],
            instead: file("the weight decay", "training.optimizer.weightDecay")),
        AbsentOption(
            ["--momentum", "--mom"],
            instead: file("the momentum", "training.optimizer.momentum")),
        AbsentOption(
            [
                "--beta1", "--beta2", "--betas", "--adam-beta1", "--adam-beta2", "--eps",
                "--epsilon",
            ],
            instead: file("it", "training.adamw")),
        AbsentOption(["--nesterov"], instead: file("it", "training.optimizer.nesterov")),
        AbsentOption(
            [
                "--scheduler", "--lr-scheduler", "--lr-schedule", "--schedule", "--lr-policy",
                "--lr-decay", "--gamma", "--step-size", "--milestones", "--lr-steps",
                "--decay-epochs", "--cosine", "--min-lr", "--lr-step", "--lr-step-size",
                "--lr-gamma",
                "--lr-milestones", "--learning-rate-schedule", "--learning-rate-decay-factor",
            ], instead: file("the learning-rate schedule", "training.schedule")),
        AbsentOption(
            ["--warmup", "--warmup-epochs", "--warmup-steps", "--warm-up", "--num-warmup"],
            instead: file("the warm-up", "training.schedule.warmup")),
        AbsentOption(
            [
                "--clip", "--clip-grad", "--grad-clip", "--gradient-clip", "--max-norm",
                "--clip-norm", "--max-grad-norm",
            ],
            instead: file("the gradient-clipping norm", "training.gradientClip")),
        AbsentOption(
            [
                "--accumulate", "--accumulation", "--accum-iter", "--grad-accum", "--update-freq",
                "--gradient-accumulation-steps", "--gradient-acc",
            ],
            instead: file("it", "training.accumulation")),
        AbsentOption(
            [
                "--flip", "--hflip", "--random-flip", "--mirror", "--augment",
                "--aug", "--rand-mirror", "--augmentations", "--random-crop", "--color-jitter",
                "--random-erasing", "--auto-augment", "--autoaugment", "--rand-augment",
                "--randaugment", "--rand-aug", "--mixup", "--cutmix", "--cutout",
            ],
            instead:
                "images are flipped unless training.flip is false in a study file, and changed "
                + "as --augmentation LIST says"),
        AbsentOption(
            [
                "--margin", "-m", "--scale", "-s", "--m", "--s", "--m1", "--m2", "--m3",
                "--margin-list", "--temperature", "--easy-margin", "--margin-m", "--margin-s",
                "--triplet-margin", "--center-loss-factor", "--lambda", "--alpha",
            ],
            instead: "it is a parameter of the loss, as in arcface:m=0.5,s=64; facet losses NAME "
                + "lists them"),
        AbsentOption(
            [
                "--embedding-size", "--embedding", "--embedding-dim", "--emb-size", "--emb-dim",
                "--feature-dim", "--feat-dim", "--dim", "--num-features", "--embed-dim", "--width",
                "--width-mult", "--depth", "--dropout",
            ],
            instead:
                "it is an option of the backbone, as in mobilenetv1:embedding=256; facet "
                + "models lists the backbones"),
        AbsentOption(
            [
                "--num-classes", "--n-classes", "--classes", "--class-num", "--num-image",
                "--num-images",
            ],
            instead: "it is counted from the training set"),
        AbsentOption(
            [
                "--pretrained", "--weights", "--finetune", "--fine-tune", "--init", "--load",
                "--load-from", "--pretrain", "--init-from", "--transfer", "--pretrained-model",
                "--pretrained-weights", "--init-weights", "--load-weights",
            ],
            instead: "the weights to start from are given by --from FILE"),
        AbsentOption(
            [
                "--resume", "--continue", "--restore", "--resume-from", "--auto-resume", "--ckpt",
                "--checkpoint", "--start-epoch", "--begin-epoch", "--ckpt-path",
                "--checkpoint-path",
                "--resume-training", "--resume-path",
            ],
            instead:
                "run the same command with the same --output again to resume from the last checkpoint"
        ),
        AbsentOption(
            [
                "--wandb", "--use-wandb", "--wandb-project", "--tensorboard", "--tb", "--logger",
                "--log", "--log-dir", "--logdir", "--log-path", "--mlflow", "--visdom", "--comet",
            ],
            instead: "every run's folder in --output has its metrics and TensorBoard events: "
                + "tensorboard --logdir OUTPUT"),
        AbsentOption(
            [
                "--print-freq", "--log-interval", "--log-freq", "--frequent", "--verbose", "-v",
                "--save-freq", "--save-interval", "--save-every", "--eval-freq", "--eval-interval",
                "--save-period", "--val-freq", "--eval-every", "--val-interval", "--val-every",
                "--test-freq", "--log-every", "--log-steps", "--debug",
            ],
            instead: "every step and epoch is recorded, and a checkpoint is written every minute"),
        AbsentOption(
            ["--patience", "--early-stopping", "--early-stop", "--save-best", "--best"],
            instead:
                "training never stops early; --validation identities=0.05 chooses the best epoch "
                + "on held-out training identities"),
        AbsentOption(
            [
                "--val-split", "--test-size", "--val-size", "--split", "--validation-split",
                "--val-ratio",
            ],
            instead: "--validation identities=0.05 holds out training identities"),
        AbsentOption(
            ["--freeze-backbone", "--frozen", "--frozen-stages", "--freeze-layers", "--trainable"],
            instead: "--freeze LIST names the tensors that are not trained; * is the whole backbone"
        ),
        AbsentOption(
            ["--unfreeze"], instead: "all tensors are trained but those of --freeze LIST"),
        AbsentOption(
            ["--ema-decay", "--use-ema", "--model-ema", "--model-ema-decay", "--swa"],
            instead: "--ema X keeps a moving average of the weights, as 0.999"),
        AbsentOption(
            ["--shuffle", "--no-shuffle", "--drop-last", "--balanced", "--oversample"],
            instead: "--sampler NAME chooses the order of the images; an incomplete last batch is "
                + "left out"),
        AbsentOption(
            [
                "--mean", "--std", "--normalize", "--normalise", "--pixel-mean", "--pixel-std",
                "--image-mean", "--image-std",
            ],
            instead: "--input-mean X and --input-deviation X normalise the bytes"),
        AbsentOption(
            ["--bgr", "--rgb", "--color", "--color-mode", "--channels"],
            instead: "--colour NAME is the order of the channels, rgb or bgr"),
        AbsentOption(
            [
                "--pin-memory", "--prefetch", "--prefetch-factor", "--persistent-workers",
                "--cache",
                "--cache-images", "--dali", "--num-prefetch",
            ],
            instead: "images are always decoded ahead of training"),
        AbsentOption(
            ["--force", "--overwrite", "-f", "--yes", "-y", "--exist-ok", "--clobber"],
            instead: "finished runs are never overwritten; choose another --output, or delete a "
                + "run's folder to repeat it"),
        AbsentOption(
            ["--label-smoothing", "--class-weights", "--sync-bn", "--sync-batchnorm"],
            instead: "this program has nothing like it; facet keys lists what can be set"),
        AbsentOption(
            ["--export", "--onnx", "--save-onnx", "--quantize", "--int8"],
            instead: "facet export writes the trained network as ONNX and other formats"),
        AbsentOption(
            [
                "--distributed", "--dist-url", "--dist-backend", "--world-size", "--rank",
                "--local-rank", "--local_rank", "--multiprocessing-distributed", "--nodes",
                "--num-nodes", "--nnodes", "--nproc-per-node", "--ddp", "--num-gpus", "--ngpu",
                "--ngpus", "--n-gpus", "--gpus-per-node", "--strategy",
            ],
            instead:
                "--processes N computes a run in several processes on this machine, torchrun and srun start them on "
                + "several, and --workers N executes several runs at a time"),
        AbsentOption(
            ["--seed"],
            instead:
                "'--seeds 5' trains with the seeds 1 to 5, and '--seeds 5,' (with a comma) with "
                + "seed 5 alone"),
        AbsentOption(
            [
                "--deterministic", "--cudnn-benchmark", "--benchmark", "--compile", "--jit",
                "--channels-last", "--reproducible",
            ],
            instead: "runs are always deterministic where that is possible"),
        AbsentOption(
            [
                "--steps", "--max-steps", "--iterations", "--iters", "--max-iter", "--num-steps",
                "--train-iters",
            ],
            instead: "the length of training is set by --epochs"),
    ]

    /// Hints of facet evaluate.
    static let evaluation = [
        AbsentOption(
            [
                "--model", "--network", "--net", "--weights", "--ckpt", "--checkpoint", "--resume",
                "--pretrained", "--model-path", "--model-prefix", "--load", "--arch", "-m",
                "--onnx",
            ],
            instead: "the model is the first argument: facet evaluate MODEL --test ..."),
        AbsentOption(
            ["--flip", "--flip-test", "--mirror", "--tta"],
            instead:
                "images and their mirror images are always embedded, and each protocol defines how "
                + "they are used"),
        AbsentOption(
            [
                "--nfolds", "--folds", "--k-fold", "--far", "--fpr", "--threshold", "--metric",
                "--distance",
            ],
            instead: "each protocol defines it, and it is printed with the result"),
        AbsentOption(
            ["--use-norm-score", "--use-detector-score", "--use-norm", "--use-det"],
            instead: "--template-weights norm+detector, norm, detector or none selects the weights"),
    ]
}
