# Makes input.csv, expected.json and session.txt. Run in this folder: Rscript make.R
# Needs rms, MASS and jsonlite. The patients are invented.
suppressMessages({library(rms); library(MASS); library(jsonlite)})

set.seed(31)
n <- 60
x <- cbind(x1 = rnorm(n), x2 = 50 + 12 * rnorm(n), x3 = rbinom(n, 1, 0.4), x4 = rnorm(n))
fall <- round(1 + 1.2 * x[, 1] + 0.04 * (x[, 2] - 50) + 2 * rnorm(n))
event <- as.integer(fall >= 2)
weight <- tabulate(sample(n, replace = TRUE), n)
write.csv(data.frame(round(x, 6), fall, event, weight), "input.csv", row.names = FALSE, quote = FALSE)
x <- as.matrix(read.csv("input.csv")[, 1:4])

# Values of the fall are joined from the cut (2) outwards until a level has seven patients, an eighth.
levels_of <- function(fall, weight) {
  level <- integer(length(fall))
  for (side in c(1, -1)) {
    here <- if (side == 1) fall >= 2 else fall < 2
    values <- sort(unique(fall[here]), decreasing = side == -1)
    now <- 0; number <- 0
    left <- sum(weight[here])
    for (v in values) {
      level[here & fall == v] <- side * number + (side == -1) * -1
      these <- sum(weight[here & fall == v])
      now <- now + these
      left <- left - these
      if (now >= 7 && left >= 7) { number <- number + 1; now <- 0 }
    }
  }
  level
}

fits <- list()
for (weighted in c(FALSE, TRUE)) {
  counts <- if (weighted) weight else rep(1L, n)
  rows <- rep(seq_len(n), counts)
  level <- levels_of(fall, counts)[rows]
  cut <- sum(sort(unique(level)) < 0)  # which intercept is that of the event
  sd <- sqrt(colMeans(sweep(x[rows, ], 2, colMeans(x[rows, ]))^2))
  standard <- sweep(sweep(x[rows, ], 2, colMeans(x[rows, ])), 2, sd, "/")
  for (penalty in c(0, 2, 20)) {
    fit <- lrm.fit(standard, level, penalty.matrix = penalty * diag(4), tol = 1e-14, eps = 1e-12,
                   maxit = 200)
    k <- fit$non.slopes
    slopes <- fit$coefficients[-seq_len(k)] / sd
    apart <- fit$coefficients[seq_len(k)] - fit$coefficients[cut]
    intercept <- fit$coefficients[cut] - sum(slopes * colMeans(x[rows, ]))
    fits[[length(fits) + 1]] <- list(weighted = weighted, penalty = penalty, levels = k + 1,
                                     coefficient = unname(c(intercept, slopes)),
                                     apart = unname(apart))
  }
  plain <- polr(factor(level) ~ standard, control = list(reltol = 1e-15, maxit = 1000))
  slopes <- plain$coefficients / sd
  intercept <- -plain$zeta[cut] - sum(slopes * colMeans(x[rows, ]))
  fits[[length(fits) + 1]] <- list(weighted = weighted, penalty = 0, levels = length(plain$zeta) + 1,
                                   coefficient = unname(c(intercept, slopes)),
                                   apart = unname(plain$zeta[cut] - plain$zeta), polr = TRUE)
}
write_json(fits, "expected.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
packages <- c("rms", "MASS", "jsonlite")
versions <- sapply(packages, function(p) as.character(packageVersion(p)))
writeLines(c(R.version.string, paste(packages, versions)), "session.txt")
