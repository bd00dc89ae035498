# Makes input.csv, resamples.csv, expected.json and session.txt. Run in this folder: Rscript make.R
# Needs rms, pROC and jsonlite. The patients are invented.
suppressMessages({library(rms); library(pROC); library(jsonlite)})

set.seed(1)
n <- 120
grade <- sample(c("low", "middle", "high"), n, TRUE, c(0.5, 0.35, 0.15))
age <- round(rnorm(n, 55, 12), 1)
pain <- round(pmin(10, pmax(0, rnorm(n, 6, 2))))
event <- rbinom(n, 1, plogis(-1.5 + 0.03 * (age - 55) + 0.3 * pain - 0.6 * (grade == "high")))
sign <- rep(0, n)
sign[sample(which(event == 1), 9)] <- 1
sign[sample(which(event == 0), 5)] <- 1
d <- data.frame(event, age, pain, grade = factor(grade, c("low", "middle", "high")), sign)
write.csv(d, "input.csv", row.names = FALSE, quote = FALSE)

control <- glm.control(epsilon = 1e-10)
formula <- event ~ age + pain + grade + sign
full <- glm(formula, binomial, d, control = control)

B <- 40
set.seed(2)
resamples <- replicate(B, sample(n, replace = TRUE))
f <- lrm(formula, d, x = TRUE, y = TRUE, eps = 1e-12, maxit = 100, tol = 1e-14)
set.seed(2)
v <- rms::validate(f, B = B, eps = 1e-12, maxit = 100, tol = 1e-14)
# Six more in which everybody with the sign has the event: it separates. lrm stops earlier there
# than glm, which is why validate has none of them. And four without the highest grade: its column
# is constant and glm gives NA, taken as 0.
overlapping <- which(!(d$sign == 1 & d$event == 0))
lower <- which(d$grade != "high")
resamples <- cbind(resamples, replicate(6, sample(overlapping, n, replace = TRUE)),
                   replicate(4, sample(lower, n, replace = TRUE)))
write.table(resamples, "resamples.csv", sep = ",", row.names = FALSE, quote = FALSE,
            col.names = paste0("resample_", seq_len(ncol(resamples))))

c_index <- function(y, p) as.numeric(auc(y, p, direction = "<", levels = c(0, 1)))
x <- model.matrix(formula, d)
results <- lapply(seq_len(ncol(resamples)), function(b) suppressWarnings({
  rows <- resamples[, b]
  s <- d[rows, ]
  g <- glm.fit(x[rows, ], s$event, family = binomial(), control = control)
  eta <- drop(x %*% ifelse(is.na(coef(g)), 0, coef(g)))
  p <- plogis(eta)
  ps <- p[rows]
  list(separated = any(abs(coef(g)) > 10, na.rm = TRUE),
       auroc_train = c_index(s$event, ps), auroc_test = c_index(d$event, p),
       brier_train = mean((ps - s$event)^2), brier_test = mean((p - d$event)^2),
       slope_test = unname(coef(glm(d$event ~ eta, family = binomial, control = control))[2]))
}))
first <- seq_len(B)
training <- mean(sapply(results[first], `[[`, "auroc_train"))
# validate drew the same patients, and lost no resample
stopifnot(v["Dxy", "n"] == B, abs(v["Dxy", "training"] - (2 * training - 1)) < 1e-12,
          !any(sapply(results[first], `[[`, "separated")))

columns <- sapply(names(results[[1]]), function(name) sapply(results, `[[`, name), simplify = FALSE)
p <- fitted(full)
write_json(list(
  coefficient = unname(coef(full)), probability = unname(p),
  auroc = c_index(d$event, p), brier = mean((p - d$event)^2),
  resamples = columns,
  validate = list(resamples = B, corrected_auroc = (v["Dxy", "index.corrected"] + 1) / 2,
                  corrected_brier = v["B", "index.corrected"])
), "expected.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
packages <- c("rms", "Hmisc", "pROC", "jsonlite")
versions <- sapply(packages, function(p) as.character(packageVersion(p)))
writeLines(c(R.version.string, paste(packages, versions)), "session.txt")
