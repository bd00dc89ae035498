# Goeman's global test by going through every permutation, scores of a proportional-odds model by
# differentiating its likelihood, and weighted sums of chi-squares by Imhof's integral in base R, by
# survey's saddlepoint, and in closed form. Simulated patients. In this folder: Rscript make.R
suppressMessages(library(survey))
library(jsonlite)
set.seed(12)

n <- 11
patients <- data.frame(
  age = round(rnorm(n, 50, 10)), pain = sample(4:9, n, TRUE),
  limb = sample(c("upper", "lower", "both"), n, TRUE),
  cluster = c(1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5),
  label = c(1, 0, 1, 1, 0, 0, 0, 1, 1, 0, 1),
  graded = c(3, 0, 2, NA, 1, -1, 0, 4, 0, 0, 2),
  t1 = c(1, 0, 1, 1, NA, 0, 1, 1, 0, 0, 1)
)
patients$age[3] <- NA
write.csv(patients, "input.csv", row.names = FALSE, na = "")

standard <- function(x) {
  x[is.na(x)] <- mean(x, na.rm = TRUE)
  (x - mean(x)) / sqrt(mean((x - mean(x))^2))
}

# every order of 1..k, one per row
orders <- function(k) {
  if (k == 1) return(matrix(1, 1, 1))
  smaller <- orders(k - 1)
  do.call(rbind, lapply(1:k, function(first)
    cbind(first, matrix(setdiff(1:k, first)[smaller], ncol = k - 1))))
}

# d log P(outcome | linear predictor) at 0, cells as often as they are among those who are known of a
# label, whose share is that of all; an unknown grade is "one of the cells of its label"
score <- function(label, graded) {
  cells <- unique(na.omit(data.frame(label, graded)))
  cells <- cells[order(cells$label, cells$graded), ]
  share <- apply(cells, 1, function(cell) {
    known <- label == cell["label"] & !is.na(graded)
    mean(label == cell["label"]) * mean(graded[known] == cell["graded"])
  })
  cut <- qlogis(c(0, cumsum(share)[-length(share)], 1))
  log_p <- function(i, eta) {
    below <- plogis(cut - eta)
    p <- diff(below)
    mine <- cells$label == label[i] & (is.na(graded[i]) | cells$graded == graded[i])
    log(sum(p[mine]))
  }
  sapply(seq_along(label), function(i) (log_p(i, 1e-5) - log_p(i, -1e-5)) / 2e-5)
}

centred <- function(v, groups) {
  r <- numeric(length(v))
  for (g in groups) r[g] <- ifelse(is.na(v[g]), 0, v[g] - mean(v[g], na.rm = TRUE))
  r
}

test <- function(patients, all, groups) {
  with(patients, {
    X <- cbind(standard(age), standard(pain),
               standard(limb == "lower") / sqrt(2), standard(limb == "both") / sqrt(2))
    index <- -standard(age) + standard(pain) + standard(limb == "both")
    r <- list(label = centred(label, groups), graded = centred(score(label, graded) / 2, groups),
              t1 = centred(t1, groups))
    statistic <- sapply(r, function(v) apply(all, 1, function(o) sum((t(X) %*% v[o])^2)))
    statistic <- cbind(statistic, expected = apply(all, 1, function(o) sum(index * r$label[o])))
    statistic <- round(statistic, 7)
    tails <- apply(statistic, 2, function(s) sapply(s, function(v) mean(s >= v)))
    smallest <- apply(tails, 1, min)
    observed <- which(apply(all, 1, function(o) all(o == seq_along(o))))
    scores <- apply(all, 1, function(o) t(X) %*% r$label[o])
    list(permutations = nrow(all), graded_scores = score(label, graded) / 2,
         statistic = as.list(statistic[observed, ]), p = as.list(tails[observed, ]),
         combined = mean(smallest <= smallest[observed]),
         covariance = scores %*% t(scores) / ncol(scores))
  })
}

# four clusters of two change places, patients inside clusters too; the cluster of three stays
pairs <- orders(4); flips <- as.matrix(expand.grid(rep(list(0:1), 4))); inside <- orders(3)
dealt <- NULL
for (a in seq_len(nrow(pairs))) for (b in seq_len(nrow(flips))) {
  two <- unlist(lapply(1:4, function(c) {
    rows <- 2 * pairs[a, c] - 1:0
    if (flips[b, c]) rev(rows) else rows
  }))
  dealt <- rbind(dealt, cbind(matrix(two, nrow(inside), 8, byrow = TRUE), 8 + inside))
}

# P(sum of weights * chi-square(1) > q)
imhof <- function(q, w) {
  f <- function(u) sapply(u, function(v)
    sin(sum(atan(w * v)) / 2 - q * v / 2) / (v * prod((1 + (w * v)^2)^0.25)))
  0.5 + integrate(f, 0, Inf, subdivisions = 5000, rel.tol = 1e-10, stop.on.error = FALSE)$value / pi
}
forms <- list(list(q = 12, w = c(3, 2, 1, 0.5, 0.2)), list(q = 3, w = c(1, 1, 0.9, 0.8)),
              list(q = 900, w = c(120, 80, 60, 30, 20, 12, 9, 5, 3, 1)),
              list(q = 40, w = rep(c(4, 2, 1), each = 2)))
mixtures <- lapply(forms, function(f) list(
  q = f$q, weights = f$w, imhof = imhof(f$q, f$w),
  saddlepoint = pchisqsum(f$q, rep(1, length(f$w)), f$w, lower.tail = FALSE, method = "saddlepoint")))
# weights in pairs: a sum of exponentials of mean 2 w
w <- c(4, 2, 1)
closed <- function(q) sum(sapply(1:3, function(i) prod(w[i] / (w[i] - w[-i])) * exp(-q / (2 * w[i]))))

# two weights: one chi-square given the other (where Imhof's integrand dies away slowly)
two <- function(q, w) integrate(function(z) pchisq((q - w[2] * z^2) / w[1], 1, lower.tail = FALSE) *
                                  2 * dnorm(z), 0, Inf, rel.tol = 1e-12)$value

write_json(list(
  clusters = test(patients, dealt, list(1:8, 9:11)),
  first_seven = test(patients[1:7, ], orders(7), list(1:7)),
  mixtures = mixtures,
  two = list(weights = c(5, 0.01), q = c(8, 25, 60), p = sapply(c(8, 25, 60), two, w = c(5, 0.01))),
  pairs = list(weights = rep(w, each = 2), q = c(1, 10, 40, 80), p = sapply(c(1, 10, 40, 80), closed))
), "expected.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
info <- sessionInfo()
writeLines(c(info$R.version$version.string, paste("survey", packageVersion("survey")),
             paste("jsonlite", packageVersion("jsonlite"))), "session.txt")
